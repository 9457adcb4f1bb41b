"""Which rows were rejected, by which rule, and what became of them since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from cdp.errors import NotFoundError
from cdp.explain.snapshot import Snapshot
from cdp.project import nearest

STATES = ("open", "superseded", "mended", "replayed")

_SOURCES = "select distinct source as name from deliveries order by 1"
_RULES = "select rule as name from checks union select rule from quarantine order by 1"
_LISTED = """
    with counted as (
        select source, delivery_id, source_file, rule, reason, severity, replay_state as state,
            delivered_at as since, count(*) as row_count, min(source_row) as first_line
        from quarantine
        where ($source is null or source = $source) and ($rule is null or rule = $rule)
            and ($state is null or replay_state = $state)
        group by all
    )
    select * from counted
    order by list_position(['open', 'superseded', 'mended', 'replayed'], state),
        source, since desc, delivery_id, rule, reason
"""
# A row may have broken several rules; it counts once, and what was replayed is rejected no more.
_TOTALS = """
    with told as (
        select distinct source, delivery_id, source_row, replay_state as state from quarantine
    ),
    counted as (
        select source, count(*) filter (state <> 'replayed') as rejected,
            count(*) filter (state = 'open') as open,
            count(*) filter (state = 'superseded') as superseded,
            count(*) filter (state = 'mended') as mended,
            count(*) filter (state = 'replayed') as replayed
        from told group by source
    )
    select source, coalesce(rejected, 0) as rejected, coalesce(open, 0) as open,
        coalesce(superseded, 0) as superseded, coalesce(mended, 0) as mended,
        coalesce(replayed, 0) as replayed,
        sum(rows_quarantined)::bigint as in_deliveries
    from deliveries left join counted using (source)
    where $source is null or source = $source
    group by all order by source
"""


@dataclass(frozen=True)
class Listing:
    """Rejected rows in figures; no value of any row.

    ``lines`` has one row per source, delivery, rule, reason and state, what is open first;
    ``totals`` one per source: rows rejected, by what became of them, beside what the deliveries'
    own account says. Filters on rule and state narrow the lines alone.
    """

    lines: pl.DataFrame
    totals: pl.DataFrame

    @property
    def is_balanced(self) -> bool:
        """Whether the rows here are those that the account of the deliveries counts."""
        return bool((self.totals["rejected"] == self.totals["in_deliveries"]).all())

    def as_dict(self) -> dict[str, object]:
        """Everything, for machines."""
        return {
            "lines": self.lines.to_dicts(),
            "totals": self.totals.to_dicts(),
            "is_balanced": self.is_balanced,
        }


def list_quarantine(
    snapshot: Snapshot,
    *,
    source: str | None = None,
    rule: str | None = None,
    state: str | None = None,
) -> Listing:
    """The rejected rows of a snapshot.

    Raises:
        NotFoundError: The snapshot is of a former release, or knows no such source or rule; the
            nearest is named.
    """
    refuse_former(snapshot)
    refuse_unknown(state, STATES, "state")
    refuse_unknown(source, snapshot.query(_SOURCES)["name"].to_list(), "source")
    refuse_unknown(rule, snapshot.query(_RULES)["name"].to_list(), "rule")
    lines = snapshot.query(_LISTED, {"source": source, "rule": rule, "state": state})
    return Listing(lines, snapshot.query(_TOTALS, {"source": source}))


def refuse_former(snapshot: Snapshot) -> None:
    """Tell that a snapshot of a former release does not list rejected rows.

    Raises:
        NotFoundError: It does not.
    """
    if not snapshot.has("quarantine"):
        raise NotFoundError(
            what="the snapshot is of a former release, which did not publish rejected rows",
            where=snapshot.run_id,
            next_step="publish a new one: cdp run --full",
        )


def refuse_unknown(asked: str | None, names: Sequence[str], word: str) -> None:
    """Tell that something asked for has no such name.

    Raises:
        NotFoundError: It has not; the nearest is named.
    """
    if asked is not None and asked not in names:
        near = nearest(asked, names)
        raise NotFoundError(
            what=f"the snapshot knows no {word} `{asked}`",
            where="cdp quarantine list",
            next_step=f"did you mean `{near}`?" if near else f"known: {', '.join(names)}",
        )
