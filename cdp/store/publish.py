"""Publish: write a whole snapshot aside, then swap one link, so nobody sees half a run.

A snapshot is a folder of Parquet files and one DuckDB file made from them. The DuckDB file is
written in the storage format of DuckDB 1.2, which BI tools bundle; its columns carry the
meanings of their contracts as comments.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import duckdb
from sqlglot import exp

from cdp.engine import Engine, Statement, built, load
from cdp.engine.duckdb_tables import create_table
from cdp.errors import ConfigError
from cdp.store.layout import Layout
from cdp.tables import Contract, reference_rows
from cdp.tables.published import PUBLISHED

_SQL = Path(__file__).parent / "sql"
_STORAGE_VERSION = "v1.2.0"
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
    "deliveries": "ops.deliveries",
    "runs": "ops.runs",
    "checks": "ops.checks",
}


def publish(
    engine: Engine,
    layout: Layout,
    *,
    run_id: str,
    as_of: datetime,
    references: tuple[str, ...] = (),
) -> Mapping[str, int]:
    """Write the run's snapshot and make it the current one; rows by published table.

    A snapshot of the same run left behind by a kill is written anew. Readers of the former
    snapshot keep it: its folder stays until `prune` takes it.

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
        rows = _write(engine, building, run_id=run_id, as_of=as_of, references=references)
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


def _write(
    engine: Engine, building: Path, *, run_id: str, as_of: datetime, references: tuple[str, ...]
) -> dict[str, int]:
    rows = {}
    for contract in PUBLISHED:
        table = contract.name.split(".")[1]
        rows[table] = engine.export(_statement(contract), building / f"{table}.parquet")
    for name in references:
        query = exp.select("*").from_(exp.to_table(f"reference.{name}")).order_by("record_key")
        reference = built(f"reference {name}", query, writes=f"reference.{name}")
        rows[f"reference_{name}"] = engine.export(reference, building / f"reference_{name}.parquet")
    _write_database(building, references)
    manifest = {"run_id": run_id, "as_of": as_of.isoformat(), "rows": rows}
    (building / "manifest.json").write_text(json.dumps(manifest, indent=2), encoding="utf-8")
    for path in (*building.iterdir(), building):
        _write_out(path)
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


def _statement(contract: Contract) -> Statement:
    table = contract.name.split(".")[1]
    if table not in _STORED:
        return load(_SQL / f"{table}.sql")
    query = exp.select(*contract.column_names).from_(exp.to_table(_STORED[table]))
    return built(f"published {table}", query.order_by(*contract.key), writes=contract.name)


def _write_database(folder: Path, references: tuple[str, ...]) -> None:
    connection = duckdb.connect()
    try:
        target = str(folder / "profiles.duckdb").replace("'", "''")
        connection.execute(f"attach '{target}' as snapshot (storage_version '{_STORAGE_VERSION}')")
        connection.execute("use snapshot")
        for contract in PUBLISHED:
            _fill(connection, contract, contract.name.split(".")[1], folder)
        for name in references:
            _fill(connection, reference_rows(name), f"reference_{name}", folder)
        connection.execute("use memory")
        connection.execute("detach snapshot")
    finally:
        connection.close()


def _fill(
    connection: duckdb.DuckDBPyConnection, contract: Contract, table: str, folder: Path
) -> None:
    plain = Contract(f"main.{table}", contract.grain, contract.key, contract.columns)
    connection.execute(create_table(plain))
    connection.execute(
        f'insert into main."{table}" by name select * from read_parquet($path)',
        {"path": str(folder / f"{table}.parquet")},
    )
    connection.execute(f'comment on table main."{table}" is {_literal(contract.grain)}')
    for column in contract.columns:
        meaning = _literal(
            f"{column.meaning} [{column.pii}]" if column.pii != "none" else column.meaning
        )
        connection.execute(f'comment on column main."{table}"."{column.name}" is {meaning}')


def _literal(text: str) -> str:
    return exp.Literal.string(text).sql(dialect="duckdb")


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
