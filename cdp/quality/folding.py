"""Fold judged rows into records, touchpoints, references and dispositions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from cdp.engine import Engine, load
from cdp.project import Project, Source
from cdp.tables import CONTRACTS, SUBJECT

_SQL = Path(__file__).parent / "sql"

_SUBJECT = SUBJECT.sql(dialect="duckdb")


@dataclass(frozen=True)
class Folded:
    """What folding changed: null where all was folded anew."""

    records: pl.Series | None
    """Records of which another version is told, or which came or left."""
    touchpoints_of: pl.Series | None
    """Records of whose touchpoints one came, left, or reads otherwise."""


def spoken_of(engine: Engine, source: Source, *, delivery_ids: Sequence[str]) -> pl.Series:
    """Records and subjects that rows of some deliveries speak of; of a whole list, all it ever did.

    Who is missing from a whole list has left, so a new one speaks of everybody.
    """
    engine.ensure(CONTRACTS["clean.rows"])
    found = engine.query(
        f"""
        select distinct unnest([record_id, {_SUBJECT}]) as id from clean.rows
        where ($is_whole and source = $source)
            or list_contains(string_split($deliveries, ','), delivery_id)
        """,
        {
            "is_whole": source.sync_mode == "full_refresh",
            "source": source.name,
            "deliveries": ",".join(delivery_ids),
        },
    )
    return found["id"].drop_nulls().sort()


def fold_rows(engine: Engine, project: Project, *, touched: pl.Series | None = None) -> Folded:
    """Make the clean tables from all judged rows, or what of them some ids touch.

    Rows are ordered by time, delivery and line, never by arrival, so any order of files gives
    the same versions, touchpoints and repeats.

    Args:
        engine: Holds the judged rows.
        project: Its sources.
        touched: As `spoken_of` tells them; null for all.
    """
    for table in ("clean.rows", "clean.quarantine", "clean.records", "clean.touchpoints"):
        engine.ensure(CONTRACTS[table])
    whole_lists = ",".join(s.name for s in project.sources if s.sync_mode == "full_refresh")
    records = engine.renew(
        load(_SQL / "records.sql"),
        keys=_with_corrected(engine, touched),
        column="record_id",
        narrowed={"clean.rows": "record_id"},
        values={"full_refresh": whole_lists},
    )
    touchpoints_of = _fold_touchpoints(engine, touched)
    engine.renew(
        load(_SQL / "dispositions.sql"),
        keys=touched,
        column=SUBJECT,
        narrowed={"clean.rows": SUBJECT},
        values={"by_line_item": ",".join(s.name for s in project.sources if s.line_items)},
    )
    engine.replace(load(_SQL / "balance.sql"))
    if engine.count("clean.quarantine"):
        people = [s.name for s in project.sources if s.holds in ("people", "reference")]
        engine.replace(
            load(_SQL / "replay_states.sql"),
            values={"people": ",".join(people), "full_refresh": whole_lists},
        )
    for source in project.sources:
        if source.holds == "reference":
            _fold_reference(engine, source, touched)
    return Folded(records, touchpoints_of)


def _with_corrected(engine: Engine, touched: pl.Series | None) -> pl.Series | None:
    """Find whom touchpoints state no more; what is touched, and whom that sends away or back."""
    before = None if touched is None else _corrected(engine, touched)
    changed = engine.renew(
        load(_SQL / "corrections.sql"),
        keys=touched,
        column="touchpoint_id",
        narrowed={"clean.rows": "touchpoint_id"},
    )
    if touched is None or before is None or changed is None:
        return None
    return pl.concat([touched, before, _corrected(engine, changed)]).unique().sort()


def _corrected(engine: Engine, touchpoints: pl.Series) -> pl.Series:
    return engine.rows_of("clean.corrections", "touchpoint_id", touchpoints)["record_id"]


def _fold_touchpoints(engine: Engine, touched: pl.Series | None) -> pl.Series | None:
    """Fold touchpoints; the records whose touchpoints changed, those that lost one included."""
    before = None if touched is None else _owners(engine, touched)
    changed = engine.renew(
        load(_SQL / "touchpoints.sql"),
        keys=touched,
        column="touchpoint_id",
        narrowed={"clean.rows": "touchpoint_id"},
    )
    if before is None or changed is None:
        return None
    owners = pl.concat([before, _owners(engine, changed)])
    of_changed = owners.filter(pl.col("touchpoint_id").is_in(changed.implode()))
    return of_changed["record_id"].drop_nulls().unique().sort()


def _owners(engine: Engine, touchpoints: pl.Series) -> pl.DataFrame:
    rows = engine.rows_of("clean.touchpoints", "touchpoint_id", touchpoints)
    return rows.select("touchpoint_id", "record_id")


def _fold_reference(engine: Engine, source: Source, touched: pl.Series | None) -> None:
    """Fold a reference table, whole, when a row of it was touched."""
    table = f"reference.{source.name}"
    if touched is not None and engine.exists(table):
        rows = engine.query(
            f"select distinct {_SUBJECT} as id from clean.rows where source = $source",
            {"source": source.name},
        )
        listed = engine.query(
            f"select stable_id($source || '|' || record_key) as id from {table}",
            {"source": source.name},
        )
        if not pl.concat([rows["id"], listed["id"]]).is_in(touched.implode()).any():
            return
    engine.replace(
        replace(load(_SQL / "reference.sql"), writes=table),
        values={"source": source.name, "full_refresh": source.sync_mode == "full_refresh"},
    )
