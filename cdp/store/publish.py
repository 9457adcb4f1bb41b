"""Publish: write a whole snapshot aside, then swap one link, so nobody sees half a run.

A snapshot is a folder of Parquet files and one DuckDB file of the same tables.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import polars as pl
import sqlglot
from sqlglot import exp

from cdp.engine import Engine, Narrowing, Statement, built, load
from cdp.errors import ConfigError
from cdp.store.layout import Layout
from cdp.store.profiles_file import Change, count_rows, write_changes, write_whole
from cdp.tables import SUBJECT
from cdp.tables.published import PUBLISHED

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
_BY_RECORD: Mapping[str, tuple[Narrowing, ...]] = {
    "records": ("record_id",),
    "identifiers": ("record_id",),
    "members": ("record_id",),
    "links": ("record_l", "record_r"),
    "source_records": ("record_id", SUBJECT),
}
_BY_CUSTOMER: Mapping[str, tuple[Narrowing, ...]] = {
    "customers": ("customer_id",),
    "timeline": ("customer_id",),
    "attribute_sources": ("customer_id",),
}
"""Large tables, and what tells that a row of theirs may have changed."""


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
    building.mkdir(parents=True)
    try:
        if delta is None:
            rows = _write_tables(engine, building, references)
            write_whole(building, references)
        else:
            rows = _write_delta(engine, building, references, layout.current.resolve(), delta)
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


def _write_tables(engine: Engine, building: Path, references: Sequence[str]) -> dict[str, int]:
    """Write each table to a Parquet file, in the order of its key; rows by table."""
    return {
        table: engine.export(statement, building / f"{table}.parquet")
        for table, statement in _statements(references).items()
    }


def _write_delta(
    engine: Engine, building: Path, references: Sequence[str], former: Path, delta: Delta
) -> dict[str, int]:
    """Write a snapshot from the former one: what reads as before is shared with it.

    Rows of a Parquet file come in the order of the last whole snapshot, then what changed since:
    sorting a large table costs more than writing it. The large ones are written beside the DuckDB
    file, which keeps one core busy at most; one that reads as before after all gives way to a link.
    """
    statements = {name: _unordered(told) for name, told in _statements(references).items()}
    aside = building / ".changes"
    aside.mkdir()
    changes = {}
    with ThreadPoolExecutor(max_workers=1) as beside:
        for tables, keys in ((_BY_RECORD, delta.records), (_BY_CUSTOMER, delta.customers)):
            for name, columns in tables.items():
                changes[name] = Change(keys, columns, aside / f"{name}.parquet")
        whole = {
            name: beside.submit(engine.export, statements[name], building / f"{name}.parquet")
            for name in changes
        }
        for name in statements.keys() - changes.keys():
            engine.export(statements[name], building / f"{name}.parquet")
        for name, change in changes.items():
            engine.export(statements[name], change.rows, keys=change.keys, columns=change.columns)
        for name in write_changes(building, references, former=former, changes=changes):
            whole[name].result()
            path = building / f"{name}.parquet"
            path.unlink()
            path.hardlink_to(former / path.name)
        for export in whole.values():
            export.result()
    shutil.rmtree(aside)
    return count_rows(building, references)


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


def _statements(references: Sequence[str]) -> dict[str, Statement]:
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
