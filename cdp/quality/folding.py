"""Fold judged rows into records, touchpoints, references and dispositions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from cdp.engine import Engine, load
from cdp.project import Project, Source
from cdp.tables import CONTRACTS

_SQL = Path(__file__).parent / "sql"


def records_spoken_of(engine: Engine, source: Source, *, delivery_ids: Sequence[str]) -> pl.Series:
    """Records that rows of some deliveries speak of; of a whole list, all of its source.

    Who is missing from a whole list has left, so a new one speaks of everybody.
    """
    engine.ensure(CONTRACTS["clean.rows"])
    is_whole = source.sync_mode == "full_refresh"
    spoken = engine.query(
        "select distinct record_id from clean.rows where record_id is not null"
        " and (($is_whole and source = $source)"
        " or list_contains(string_split($deliveries, ','), delivery_id)) order by record_id",
        {"is_whole": is_whole, "source": source.name, "deliveries": ",".join(delivery_ids)},
    )
    return spoken["record_id"]


def fold_rows(engine: Engine, project: Project) -> None:
    """Make the clean tables from all judged rows.

    Rows are ordered by time, delivery and line, never by arrival, so any order of files gives
    the same versions, touchpoints and repeats.
    """
    engine.ensure(CONTRACTS["clean.rows"])
    engine.ensure(CONTRACTS["clean.quarantine"])
    whole_lists = ",".join(s.name for s in project.sources if s.sync_mode == "full_refresh")
    engine.replace(load(_SQL / "records.sql"), values={"full_refresh": whole_lists})
    engine.replace(load(_SQL / "touchpoints.sql"))
    engine.replace(load(_SQL / "dispositions.sql"))
    engine.replace(load(_SQL / "balance.sql"))
    for source in project.sources:
        if source.holds == "reference":
            engine.replace(
                replace(load(_SQL / "reference.sql"), writes=f"reference.{source.name}"),
                values={"source": source.name, "full_refresh": source.sync_mode == "full_refresh"},
            )
