"""What came in: every row's fate by source, rules that failed, columns over time, identifiers.

All of it is counts and words of the ledger; no value of a row is read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from cdp.explain.snapshot import Snapshot
from cdp.quality import BATCH_RULES, HEADER_RULES
from cdp.store.attention import attention_query

PARTS = ("accepted", "quarantined", "duplicate", "set_aside", "held")
LAST = 15
"""So many deliveries of a source are drawn, the newest."""

_MOST_COLUMNS = 8
_ACCOUNT = """
    select source, count(*) as deliveries, sum(rows_read)::bigint as read,
        sum(rows_accepted)::bigint as accepted, sum(rows_quarantined)::bigint as quarantined,
        sum(rows_duplicate)::bigint as duplicate, sum(rows_set_aside)::bigint as set_aside,
        sum(rows_held)::bigint as held
    from deliveries group by source order by source
"""
_BROKEN = """
    with judged as (
        select c.*, d.source_file, d.status, d.delivered_at,
            dense_rank() over (
                partition by d.source order by d.delivered_at desc, d.delivery_id desc
            ) = 1 as is_newest
        from checks as c join deliveries as d on c.delivery_id = d.delivery_id
        where d.status in ('accepted', 'held')
    )
    select rule, severity, passed, source, source_file, status, rows_failed, rows_checked,
        sample_rows, message
    from judged
    where rows_failed > 0 and (run_id = $run_id or status = 'held' or is_newest)
    order by passed, severity, rows_failed desc, source, delivered_at desc, source_file, rule
"""
_COLUMNS = """
    with newest as (
        select delivery_id, source, source_file, delivered_at, rows_read
        from deliveries where status in ('accepted', 'held')
        qualify row_number() over (
            partition by source order by delivered_at desc, delivery_id desc
        ) <= $last
    ),
    moved as (
        select distinct delivery_id from checks
        where not passed and list_contains(string_split($rules, ','), rule)
    )
    select n.source, n.delivery_id, n.delivered_at, n.rows_read, b.place, b."column",
        1 - b.stated / greatest(b.rows, 1) as blank, m.delivery_id is not null as is_moved
    from newest as n
    left join batch_columns as b on n.delivery_id = b.delivery_id and b.place <> 'file'
    left join moved as m on n.delivery_id = m.delivery_id
    order by n.source, b.place desc, b."column", n.delivered_at, n.delivery_id
"""
_IDENTIFIERS = """
    select kind,
        count(distinct value) filter (not is_generic) as kept,
        count(distinct record_id) filter (not is_generic) as records,
        count(distinct value) filter (is_generic) as generic
    from identifiers group by kind order by kind
"""
_REFUSED = """
    select source, rule, sum(rows_failed)::bigint as rows_failed,
        sum(rows_checked)::bigint as rows_checked
    from checks
    where rule in ('emails_are_usable', 'phones_are_usable') and rows_failed > 0
    group by source, rule order by rows_failed desc, source, rule
"""
_COUNTED = {rule.name: "columns" for rule in (*HEADER_RULES, *BATCH_RULES)} | {
    rule.name: "deliveries" for rule in BATCH_RULES if rule.name.startswith("row_count")
}


@dataclass(frozen=True)
class Broken:
    """A rule that rows, columns or a whole delivery broke; ``failed`` where not tolerated."""

    rule: str
    severity: str
    failed: bool
    source: str
    source_file: str
    counted: str
    rows_failed: int
    rows_checked: int
    lines: Sequence[int]
    message: str
    next_step: str


@dataclass(frozen=True)
class Series:
    """One figure of a source over its last deliveries, the oldest first.

    ``values`` are rows, or shares of rows from 0 to 1; null where a delivery has no such figure.
    ``moved`` says of each delivery whether a rule on the whole of it failed.
    """

    name: str
    values: Sequence[float | None]
    moved: Sequence[bool]
    days: Sequence[str]
    is_share: bool


@dataclass(frozen=True)
class Intake:
    """What came in, up to the run of a snapshot.

    ``account`` has one row per source: rows read and what became of them. ``broken`` is what
    failed first. ``series`` are by source, its rows first. ``identifiers`` has one row per kind,
    ``refused`` one per source and rule; ``attention`` is what `cdp status` shows.
    """

    account: pl.DataFrame
    broken: Sequence[Broken]
    series: Mapping[str, Sequence[Series]]
    identifiers: pl.DataFrame
    refused: pl.DataFrame
    attention: pl.DataFrame

    @property
    def failed(self) -> list[Broken]:
        """What more broke than is tolerated."""
        return [one for one in self.broken if one.failed]

    def as_dict(self) -> dict[str, object]:
        """For machines."""
        return {
            "account": self.account.to_dicts(),
            "broken": [vars(one) for one in self.broken],
            "over_time": {s: [vars(one) for one in found] for s, found in self.series.items()},
            "identifiers": self.identifiers.to_dicts(),
            "refused": self.refused.to_dicts(),
        }


def read_intake(snapshot: Snapshot) -> Intake:
    """Read what came in; a snapshot of a former release has no figures of columns."""
    asked = {"run_id": snapshot.run_id}
    found = snapshot.query(_BROKEN, asked).to_dicts()
    series: dict[str, list[Series]] = {}
    if snapshot.has("batch_columns"):
        rules = ",".join(rule.name for rule in BATCH_RULES)
        columns = snapshot.query(_COLUMNS, {"last": LAST, "rules": rules})
        series = {
            source: _series(columns.filter(source=source))
            for source in columns["source"].unique().sort()
        }
    return Intake(
        account=snapshot.query(_ACCOUNT),
        broken=[_broken(row) for row in found],
        series=series,
        identifiers=snapshot.query(_IDENTIFIERS),
        refused=snapshot.query(_REFUSED),
        attention=snapshot.query(attention_query(), asked),
    )


def _broken(row: Mapping[str, object]) -> Broken:
    rule = str(row["rule"])
    return Broken(
        rule=rule,
        severity=str(row["severity"]),
        failed=not row["passed"],
        source=str(row["source"]),
        source_file=str(row["source_file"]),
        counted=_COUNTED.get(rule, "rows"),
        rows_failed=int(str(row["rows_failed"])),
        rows_checked=int(str(row["rows_checked"])),
        lines=json.loads(str(row["sample_rows"])),
        message=str(row["message"]),
        next_step=_next_step(rule, str(row["severity"]), is_held=row["status"] == "held"),
    )


def _next_step(rule: str, severity: str, *, is_held: bool) -> str:
    if any(one.name == rule and one.next_step for one in BATCH_RULES):
        return ""  # its message says it
    if rule in _COUNTED and not is_held:
        return "Write the new name of the column into the contract, or drop it there"
    if is_held:
        return "The file is held: mend it under the same name, or its contract, and `cdp run` again"
    if severity == "critical":
        return "`cdp quarantine list` shows them: mend the file or its contract and `cdp run` again"
    return "The rows are kept: look at these lines of the file, and tell its source"


def _series(columns: pl.DataFrame) -> list[Series]:
    """A source's rows, then the columns whose blanks moved most (ties: by place and name)."""
    days = columns.select("delivery_id", "delivered_at", "rows_read", "is_moved").unique()
    days = days.sort("delivered_at", "delivery_id")
    moved = days["is_moved"].to_list()
    names = [f"{day:%Y-%m-%d}" for day in days["delivered_at"]]
    found = [Series("rows", [float(n) for n in days["rows_read"]], moved, names, is_share=False)]
    shares = []
    stated = columns.drop_nulls("column")
    for (place, column), rows in stated.group_by("place", "column", maintain_order=True):
        known = dict(zip(rows["delivery_id"], rows["blank"], strict=True))
        values = [known.get(one) for one in days["delivery_id"]]
        least, most = min(known.values()), max(known.values())
        if most > 0:
            name = str(column)
            series = Series(name, values, moved, names, is_share=True)
            shares.append((least - most, -most, place == "attribute", name, series))
    return found + [one[-1] for one in sorted(shares, key=lambda one: one[:-1])[:_MOST_COLUMNS]]
