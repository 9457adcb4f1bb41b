"""Fold judged rows into records, touchpoints, references and dispositions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cdp.engine import Engine, load
from cdp.project import Project
from cdp.tables import CONTRACTS

_SQL = Path(__file__).parent / "sql"


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
