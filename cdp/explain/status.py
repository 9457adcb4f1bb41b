"""How a store stands: what is published, what became of every row, who is writing now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import polars as pl

from cdp.errors import NotFoundError
from cdp.explain.snapshot import Snapshot, open_snapshot
from cdp.explain.stewards.ruled import broken_notice, notices_of, placed_rulings, read_ruling_states
from cdp.project import Resolving, Source
from cdp.store.attention import attention_query
from cdp.store.freshness import LATEST, late_sources
from cdp.store.layout import Layout
from cdp.store.lock import holder
from cdp.store.rulings import Rulings, read_rulings

_ACCOUNT = """
    select source, sum(rows_read)::bigint as read, sum(rows_accepted)::bigint as accepted,
        sum(rows_quarantined)::bigint as quarantined, sum(rows_duplicate)::bigint as duplicate,
        sum(rows_set_aside)::bigint as set_aside, sum(rows_held)::bigint as held
    from deliveries group by source order by source
"""
_REJECTED = """
    select source, rule, reason, sum(row_count)::bigint as row_count,
        arg_min(source_file || ':' || first_source_row, (source_file, first_source_row)) as first_at
    from quarantine_summary group by source, rule, reason
    order by row_count desc, source, rule, reason
"""
_FAILED = """
    select c.source, c.rule, c.severity, d.source_file, c.rows_failed, c.rows_checked, c.message
    from checks as c join deliveries as d on c.delivery_id = d.delivery_id
    where not c.passed
    order by c.severity, c.source, d.source_file, c.rule
"""
_RULES = r"""
    with told as (
        select status, contains(reason, ', though ') as is_conflict,
            unnest(regexp_extract_all(
                reason, '(?:always-link rule|never-link rule|limit of \d+) `[^`]*`'
            )) as rule
        from links
    )
    select rule, count(*) filter (status = 'accepted') as links_made,
        count(*) filter (status = 'refused') as links_refused,
        count(*) filter (is_conflict) as conflicts
    from told group by rule order by rule
"""
_RUN = "select * from runs where run_id = $run_id"
_LAST_RUNS = """
    select columns(lambda name: name in (
        'run_id', 'started_at', 'finished_at', 'as_of', 'status', 'customers', 'identified',
        'records', 'merges', 'moved_records', 'jitter'
    ))
    from runs order by started_at desc, run_id desc limit 5
"""


@dataclass(frozen=True)
class Status:
    """A store's state; every frame is empty and ``run`` is None before the first publication.

    ``account`` has one row per source, ``attention`` one per delivery that is held, unreadable or
    without columns that its contract names, ``rejected`` one per source, rule
    and reason,
    ``failed_checks`` one per delivery and failed rule, ``rules`` one per rule or limit of the
    project that made or refused a link, with the links in which it goes against the model, a key
    or another rule, ``rulings`` the number of stewards' rulings in each state and
    ``ruling_notices`` what contradicts among them, ``last_runs`` one per run, newest first, up to
    the published one: a later run that failed is in no snapshot. ``later_snapshot`` is the run of
    a later snapshot than that which readers see: after a rollback, or where a publication was cut
    off just before its end.
    """

    snapshot: str | None = None
    run: Mapping[str, object] | None = None
    writer: Mapping[str, object] | None = None
    account: pl.DataFrame = field(default_factory=pl.DataFrame)
    attention: pl.DataFrame = field(default_factory=pl.DataFrame)
    rejected: pl.DataFrame = field(default_factory=pl.DataFrame)
    failed_checks: pl.DataFrame = field(default_factory=pl.DataFrame)
    rules: pl.DataFrame = field(default_factory=pl.DataFrame)
    last_runs: pl.DataFrame = field(default_factory=pl.DataFrame)
    later_snapshot: str | None = None
    rulings: Mapping[str, int] = field(default_factory=dict)
    ruling_notices: tuple[str, ...] = ()
    late_sources: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """Everything, for machines."""
        return {
            "snapshot": self.snapshot,
            "run": dict(self.run) if self.run else None,
            "writer": dict(self.writer) if self.writer else None,
            "account": self.account.to_dicts(),
            "attention": self.attention.to_dicts(),
            "rejected": self.rejected.to_dicts(),
            "failed_checks": self.failed_checks.to_dicts(),
            "rules": self.rules.to_dicts(),
            "rulings": dict(self.rulings),
            "ruling_notices": list(self.ruling_notices),
            "late_sources": list(self.late_sources),
            "last_runs": self.last_runs.to_dicts(),
            "later_snapshot": self.later_snapshot,
        }


def read_status(
    store: Path,
    *,
    root: Path | None = None,
    resolving: Resolving | None = None,
    sources: Sequence[Source] = (),
    now: datetime | None = None,
) -> Status:
    """The state of a store, read from its snapshot and the writer's note; disturbs no run.

    Rulings said since the published run are told where ``root``, the project folder, is given;
    rules of the project that joined and parted nobody, where ``resolving`` is; sources that have
    sent nothing for longer than they should have by ``now``, where that is.
    """
    writer = holder(Layout(store))
    log = read_rulings(root) if root else Rulings()
    try:
        with open_snapshot(store) as snapshot:
            later = [run for run in Layout(store).snapshots() if run > snapshot.run_id]
            published = _published(snapshot, writer)
            found = replace(
                published, later_snapshot=max(later, default=None),
                rules=_with_idle(published.rules, resolving or Resolving()),
                late_sources=_late(snapshot, sources, now),
            )  # fmt: skip
            notices = [*notices_of(*placed_rulings(snapshot)), *broken_notice(log)]
            states = read_ruling_states(snapshot, log) if root else []
    except NotFoundError:
        found, notices = Status(writer=writer), broken_notice(log)
        states = read_ruling_states(None, log)
    counts = Counter(one.state for one in states)
    return replace(found, rulings=dict(sorted(counts.items())), ruling_notices=tuple(notices))


def _late(snapshot: Snapshot, sources: Sequence[Source], now: datetime | None) -> tuple[str, ...]:
    if now is None:
        return ()
    return tuple(
        late_sources(snapshot.query(LATEST.format(deliveries="deliveries")), sources, now=now)
    )


def _with_idle(rules: pl.DataFrame, resolving: Resolving) -> pl.DataFrame:
    """The rules that did something, and with zeros those that did nothing; by name."""
    names = [f"always-link rule `{rule.name}`" for rule in resolving.always_link]
    names += [f"never-link rule `{rule.name}`" for rule in resolving.never_link]
    idle = pl.DataFrame({"rule": names}, schema={"rule": pl.String}).join(
        rules, on="rule", how="anti"
    )
    return pl.concat([rules, idle], how="diagonal").fill_null(0).sort("rule")


def _published(snapshot: Snapshot, writer: Mapping[str, object] | None) -> Status:
    runs = snapshot.query(_RUN, {"run_id": snapshot.run_id})
    return Status(
        snapshot=str(snapshot.folder),
        run=runs.row(0, named=True) if runs.height else {"run_id": snapshot.run_id},
        writer=writer,
        account=snapshot.query(_ACCOUNT),
        attention=snapshot.query(attention_query(), {"run_id": snapshot.run_id}),
        rejected=snapshot.query(_REJECTED),
        failed_checks=snapshot.query(_FAILED),
        rules=snapshot.query(_RULES),
        last_runs=_ended(snapshot.query(_LAST_RUNS), writer),
    )


def _ended(runs: pl.DataFrame, writer: Mapping[str, object] | None) -> pl.DataFrame:
    """A run that is entered as running and does not hold the store was killed."""
    alive = str(writer["run_id"]) if writer else ""
    is_dead = (pl.col("status") == "running") & (pl.col("run_id") != alive)
    status = pl.when(is_dead).then(pl.lit("killed")).otherwise("status")
    return runs.with_columns(status.alias("status"))
