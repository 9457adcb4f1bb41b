"""A DuckDB database: opened by one writer, asked, and let go of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import duckdb
import polars as pl
from duckdb.func import FunctionNullHandling, PythonUDFType

from cdp.engine.duckdb_tables import (
    create,
    narrowing,
    quoted,
    widen,
    with_arity,
    write_parquet,
)
from cdp.engine.protocol import Narrowing, Scalar, SqlFunction
from cdp.engine.statement import Statement
from cdp.tables import Contract, contract_of

STABLE_ID = "stable_id(key) as cast('0x' || substr(md5(key), 1, 15) as bigint)"
"""60 bits of an md5: the same on every engine and version, unlike a database's own hash()."""

FRUGAL_BYTES = 3 << 30
"""What the database may hold in memory while files are taken in, however large they are."""


class Database:
    """A DuckDB file, or one in memory where ``path`` is null; what writes to it is the engine."""

    def __init__(self, path: Path | None = None, *, threads: int | None = None) -> None:
        """Open the database file as its only writer."""
        settings: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        if threads is not None:
            settings["threads"] = threads
        self.connection = duckdb.connect(str(path or ":memory:"), config=settings)
        self.connection.execute("set timezone = 'UTC'")
        self.connection.execute("set enable_progress_bar = false")
        self.connection.execute(f"create or replace macro {STABLE_ID}")
        self._is_in_memory = path is None
        self._registered: set[str] = set()
        self._ensured: set[Contract] = set()
        self._depth = 0

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()

    def register(self, function: SqlFunction) -> None:
        """Make a function known to SQL under its name; again is no error."""
        if function.name in self._registered:
            return
        self.connection.create_function(
            function.name,
            with_arity(function.call, len(function.arguments)),
            list(function.arguments),
            function.returns,
            type=PythonUDFType.ARROW,
            null_handling=FunctionNullHandling.SPECIAL,
        )
        self._registered.add(function.name)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; inner transactions join the outer one."""
        if self._depth:
            yield
            return
        self.connection.execute("begin")
        self._depth += 1
        try:
            yield
        except BaseException:
            self._depth -= 1
            self._ensured.clear()
            self.connection.execute("rollback")
            raise
        self._depth -= 1
        self.connection.execute("commit")

    @contextmanager
    def frugal(self) -> Iterator[None]:
        """Hold no more than ``FRUGAL_BYTES`` for as long as this lasts; the rest is on disk."""
        (most,) = self.connection.execute(
            "select parse_formatted_bytes(current_setting('memory_limit'))"
        ).fetchall()[0]
        # A database in memory has no disk to go to, and a small machine has less to begin with.
        if self._is_in_memory or most <= FRUGAL_BYTES:
            yield
            return
        self.connection.execute(f"set memory_limit = '{FRUGAL_BYTES} bytes'")
        try:
            yield
        finally:
            self.connection.execute("reset memory_limit")

    def ensure(self, contract: Contract) -> None:
        """Create the table, empty, unless it is there; then give it the columns that it lacks."""
        # Looking up a shape costs milliseconds, and steps ask for the same tables again and again.
        if contract not in self._ensured:
            create(self.connection, contract)
            widen(self.connection, contract)
            self._ensured.add(contract)

    def export(
        self,
        statement: Statement,
        path: Path,
        *,
        keys: pl.Series | None = None,
        narrowed: Mapping[str, Sequence[Narrowing]] = MappingProxyType({}),
    ) -> int:
        """Write the statement's rows (those of some keys) to a Parquet file; their number."""
        if keys is None:
            return write_parquet(self.connection, statement.sql, path)
        with self.among(keys) as among:
            bound = self._narrowed(narrowed, {}, among)
            return write_parquet(self.connection, statement.bind(bound), path)

    def _narrowed(
        self,
        narrowed: Mapping[str, Sequence[Narrowing]],
        inputs: Mapping[str, str],
        among: Callable[[Sequence[Narrowing]], str],
    ) -> dict[str, str]:
        """Inputs in which tables are narrowed to some keys by one of some columns each."""
        bound = dict(inputs)
        for table, columns in narrowed.items():
            read = bound.get(table, table)
            self.ensure(contract_of(read))
            view = f"narrowed_{table.replace('.', '_')}"
            self.connection.execute(
                f"create or replace temp view {view} as"
                f" select * from {quoted(read)} where {among(columns)}"
            )
            bound[table] = view
        return bound

    def delete(self, table: str, column: str, values: Sequence[str]) -> None:
        """Take away the rows whose column holds one of the values."""
        self.connection.execute(
            f'delete from {quoted(table)} where "{column}" in (select unnest($values))',
            {"values": list(values)},
        )

    def query(self, sql: str, values: Mapping[str, Scalar] | None = None) -> pl.DataFrame:
        """The rows of a query, as a frame."""
        frame: pl.DataFrame = self.connection.sql(sql, params=dict(values or {})).pl()
        return frame

    def count(self, table: str) -> int:
        """The number of a table's rows."""
        counted = self.connection.execute(f"select count(*) from {quoted(table)}").fetchall()
        return int(counted[0][0])

    def exists(self, table: str) -> bool:
        """Whether the table is there."""
        schema, name = table.split(".")
        found = self.connection.execute(
            "select count(*) from duckdb_tables()"
            " where schema_name = $schema and table_name = $name",
            {"schema": schema, "name": name},
        ).fetchall()
        return bool(found[0][0])

    def rows_of(self, table: str, column: Narrowing, keys: pl.Series | None) -> pl.DataFrame:
        """A table's rows whose column is among some keys; all when ``keys`` is null."""
        self.ensure(contract_of(table))
        if keys is None:
            return self.query(f"select * from {quoted(table)}")
        with self.among(keys) as among:
            return self.query(f"select * from {quoted(table)} where {among([column])}")

    @contextmanager
    def among(self, keys: pl.Series) -> Iterator[Callable[[Sequence[Narrowing]], str]]:
        """Conditions that one of some columns is among the keys, for as long as this lasts."""
        self.connection.register("given_keys", keys.unique().to_frame("key").to_arrow())
        self.connection.execute("create or replace temp table among_keys as from given_keys")
        self.connection.unregister("given_keys")

        def among(columns: Sequence[Narrowing]) -> str:
            return " or ".join(
                f"{narrowing(column)} in (select key from among_keys)" for column in columns
            )

        yield among
