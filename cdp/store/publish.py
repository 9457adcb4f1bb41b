"""Publish: write a whole snapshot aside, then swap one link, so nobody sees half a run.

A snapshot is a folder of one DuckDB file, and Parquet files of its tables but the evidence.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import polars as pl
import sqlglot
from sqlglot import exp

from cdp.engine import Engine, Narrowing, Statement, built, load
from cdp.errors import ConfigError
from cdp.store.layout import Layout
from cdp.store.profiles_file import (
    Change,
    check_rows,
    write_beside,
    write_changes,
    write_whole,
)
from cdp.tables import SUBJECT
from cdp.tables.published import EVIDENCE, PUBLISHED

_SQL = Path(__file__).parent / "sql"
_STORED = {
    "customers": "profile.customers",
    "timeline": "profile.timeline",
    "computed_traits": "profile.computed_traits",
    "attribute_sources": "profile.attribute_sources",
    "records": "clean.records",
    "identifiers": "identity.identifiers",
    "members": "identity.members",
    "model_levels": "identity.model_levels",
    "model_sources": "identity.model_sources",
    "customer_changes": "identity.changes",
    "quarantine": "clean.quarantine",
    "deliveries": "ops.deliveries",
    "runs": "ops.runs",
    "checks": "ops.checks",
    "batch_columns": "ops.batch_columns",
}
_BY_RECORD: Mapping[str, tuple[str, tuple[Narrowing, ...]]] = {
    "records": ("clean.records", ("record_id",)),
    "identifiers": ("identity.identifiers", ("record_id",)),
    "members": ("identity.members", ("record_id",)),
    "links": ("identity.links", ("record_l", "record_r")),
    "source_records": ("clean.dispositions", ("record_id", SUBJECT)),
}
_BY_CUSTOMER: Mapping[str, tuple[str, tuple[Narrowing, ...]]] = {
    "customers": ("profile.customers", ("customer_id",)),
    "timeline": ("profile.timeline", ("customer_id",)),
    "attribute_sources": ("profile.attribute_sources", ("customer_id",)),
    "customer_changes": ("identity.changes", ("customer_id",)),
}
"""Large tables: the table of the store with a row for each of theirs, and what tells that one may
have changed."""


@dataclass(frozen=True)
class Delta:
    """What changed since the current snapshot was published."""

    records: pl.Series
    """Records, and what rows speak of, as numbers."""
    customers: pl.Series
    """Who holds one of the records, or ever held it."""


def publish(
    engine: Engine,
    layout: Layout,
    *,
    run_id: str,
    as_of: datetime,
    references: tuple[str, ...] = (),
    delta: Delta | None = None,
) -> Mapping[str, int]:
    """Write the run's snapshot and make it the current one; rows by published table.

    The DuckDB file is that of the current snapshot with the ``delta`` since then put in; null
    writes it whole. A snapshot of the same run left behind by a kill is written anew. Readers of
    the former snapshot keep it: its folder stays until `prune` takes it.

    Raises:
        ConfigError: The run's snapshot is the current one: readers have it open.
    """
    folder = layout.snapshot(run_id)
    if layout.current_run() == run_id:
        raise ConfigError(
            what=f"run {run_id} has published already, and readers have its snapshot open",
            where="before publishing",
            next_step="run again under another id",
        )
    building = layout.published / f".building-{run_id}"
    _clear(layout)
    aside = building / ".tables"
    aside.mkdir(parents=True)
    try:
        if delta is None:
            rows = _write_tables(engine, building, references, aside)
        else:
            former = layout.current.resolve()
            rows = _write_delta(engine, building, references, aside, former, delta)
        shutil.rmtree(aside)
        check_rows(building, rows)
        manifest = {"run_id": run_id, "as_of": as_of.isoformat(), "rows": rows}
        (building / "manifest.json").write_text(json.dumps(manifest, indent=2), encoding="utf-8")
        for path in (*building.iterdir(), building):
            _write_out(path)
    except Exception:
        # A full disk gets its room back at once; what a kill leaves goes with the next run.
        shutil.rmtree(building, ignore_errors=True)
        raise
    if folder.exists():
        shutil.rmtree(folder)
    building.rename(folder)
    _write_out(layout.published)
    point_to(layout, run_id)
    return rows


def _clear(layout: Layout) -> None:
    """Take away what a kill left of a snapshot that was being written or taken away."""
    for leftover in (*layout.published.glob(".building-*"), *layout.published.glob(".leaving-*")):
        shutil.rmtree(leftover)


def _write_tables(
    engine: Engine, building: Path, references: Sequence[str], aside: Path
) -> dict[str, int]:
    """Write a snapshot whole, its rows in the order of their keys; rows by table."""
    rows = {
        table: engine.export(statement, aside / f"{table}.parquet")
        for table, statement in statements_of(references).items()
    }
    write_whole(building, references, tables=aside)
    for table in rows.keys() - EVIDENCE:
        (aside / f"{table}.parquet").rename(building / f"{table}.parquet")
    return rows


def _write_delta(
    engine: Engine,
    building: Path,
    references: Sequence[str],
    aside: Path,
    former: Path,
    delta: Delta,
) -> dict[str, int]:
    """Write a snapshot from the former one: what reads as before is shared with it.

    Rows of a large table come in the order of the last whole snapshot, then what changed since:
    sorting one costs more than writing it.
    """
    rows, changes = {}, {}
    large = ((_BY_RECORD, delta.records), (_BY_CUSTOMER, delta.customers))
    sought = {name: (*told, keys) for tables, keys in large for name, told in tables.items()}
    for name, statement in statements_of(references).items():
        path = aside / f"{name}.parquet"
        if name in sought:
            stored, columns, keys = sought[name]
            changes[name], rows[name] = Change(keys, columns), engine.count(stored)
            engine.export(_unordered(statement), path, keys=keys, narrowed={stored: columns})
        else:
            rows[name] = engine.export(statement, path)
    same = write_changes(building, references, former=former, changes=changes, tables=aside)
    for name in rows.keys() - EVIDENCE:
        path = building / f"{name}.parquet"
        if name in same:
            path.hardlink_to(former / path.name)
        elif name not in changes:
            (aside / path.name).rename(path)
    changed = [name for name in changes if name not in same and name not in EVIDENCE]
    write_beside(building, changed)
    return rows


def prune(layout: Layout, *, keep: int) -> None:
    """Take away the oldest snapshots but ``keep``; never the current one.

    A folder loses its name first, so what a kill leaves half of is no snapshot any more.
    """
    current = layout.current_run()
    names = layout.snapshots()
    for name in names[: max(0, len(names) - keep)]:
        if name != current:
            leaving = layout.published / f".leaving-{name}"
            layout.snapshot(name).rename(leaving)
            shutil.rmtree(leaving)


def statements_of(references: Sequence[str]) -> dict[str, Statement]:
    """The statement of each published table, ordered by its key."""
    found = {}
    for contract in PUBLISHED:
        table = contract.name.split(".")[1]
        if table in _STORED:
            query = exp.select(*contract.column_names).from_(exp.to_table(_STORED[table]))
            query = query.order_by(*contract.key)
            found[table] = built(f"published {table}", query, writes=contract.name)
        else:
            found[table] = load(_SQL / f"{table}.sql")
    for name in references:
        query = exp.select("*").from_(exp.to_table(f"reference.{name}")).order_by("record_key")
        found[f"reference_{name}"] = built(f"reference {name}", query, writes=f"reference.{name}")
    return found


def _unordered(statement: Statement) -> Statement:
    query = sqlglot.parse_one(statement.sql, read="duckdb")
    query.set("order", None)
    return replace(statement, sql=query.sql(dialect="duckdb"))


def _write_out(path: Path) -> None:
    """Have the operating system write a file or folder out, so that no power cut empties it."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def point_to(layout: Layout, run_id: str) -> None:
    """Make a run's snapshot the one that readers open, in one go."""
    fresh = layout.published / ".next"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(run_id)
    fresh.replace(layout.current)
    _write_out(layout.published)
