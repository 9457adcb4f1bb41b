"""The published snapshot, opened to read: the same one from the first question to the last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from cdp.errors import NotFoundError
from cdp.store.layout import Layout

Value = str | int | float | bool | list[str] | None


@dataclass(frozen=True)
class Snapshot:
    """One published snapshot; tables have the names of `cdp.tables.published`."""

    run_id: str
    folder: Path
    connection: duckdb.DuckDBPyConnection

    def query(self, sql: str, values: Mapping[str, Value] | None = None) -> pl.DataFrame:
        """The rows of a query."""
        found: pl.DataFrame = self.connection.sql(sql, params=dict(values or {})).pl()
        return found

    def has(self, table: str) -> bool:
        """Whether there is such a table: a former release published fewer."""
        tables = "select 1 from duckdb_tables() where table_name = $table"
        return self.query(tables, {"table": table}).height > 0


@contextmanager
def open_snapshot(store: Path) -> Iterator[Snapshot]:
    """Open the current snapshot of a store, read-only; a run that goes on is not disturbed.

    Raises:
        NotFoundError: Nothing is published yet.
    """
    layout = Layout(store)
    run_id = layout.current_run()
    # The link is followed once: a swap meanwhile must not mix two snapshots.
    folder = layout.snapshot(run_id or "none")
    database = folder / "profiles.duckdb"
    if run_id is None or not database.is_file():
        raise NotFoundError(
            what="nothing is published yet",
            where=store.name,
            next_step="run the pipeline first: cdp run",
        )
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        yield Snapshot(run_id, folder, connection)
