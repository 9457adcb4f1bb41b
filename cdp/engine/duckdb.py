"""The engine on one machine: a DuckDB database file, held by one writer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
from duckdb.func import FunctionNullHandling, PythonUDFType

from cdp.engine.duckdb_tables import (
    check_key,
    contract_copy,
    create,
    create_table,
    empty,
    insert,
    insert_rows,
    narrowing,
    put_in_place,
    query_of,
    quoted,
    typed_columns,
    widen,
    with_arity,
)
from cdp.engine.protocol import Narrowing, Scalar, SqlFunction
from cdp.engine.statement import Statement
from cdp.tables import Contract, contract_of

_MACROS = """
-- 60 bits of an md5: the same on every engine and version, unlike a database's own hash().
create or replace macro stable_id(key) as cast('0x' || substr(md5(key), 1, 15) as bigint);
"""


class DuckDBEngine:
    """DuckDB behind the engine protocol; ``path`` None keeps everything in memory."""

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
        self.connection.execute(_MACROS)
        self._registered: set[str] = set()
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
            self.connection.execute("rollback")
            raise
        self._depth -= 1
        self.connection.execute("commit")

    def ensure(self, contract: Contract) -> None:
        """Create the table, empty, unless it is there; then give it the columns that it lacks."""
        create(self.connection, contract)
        widen(self.connection, contract)

    def replace(
        self,
        statement: Statement,
        *,
        inputs: Mapping[str, str] | None = None,
        values: Mapping[str, Scalar] | None = None,
    ) -> int:
        """Fill the statement's table anew with its rows; the number of rows."""
        contract = contract_of(statement.writes)
        with self.transaction():
            create(self.connection, contract)
            fresh = contract_copy(contract)
            self.connection.execute(f"drop table if exists {quoted(fresh.name)}")
            self.connection.execute(create_table(fresh))
            rows = insert(self.connection, fresh, statement, inputs, values)
            check_key(self.connection, fresh)
            # The old rows stay readable to the statement itself until here.
            self.connection.execute(f"drop table {quoted(contract.name)}")
            name = contract.name.split(".")[1]
            self.connection.execute(f'alter table {quoted(fresh.name)} rename to "{name}"')
        return rows

    def append(
        self,
        statement: Statement,
        *,
        inputs: Mapping[str, str] | None = None,
        values: Mapping[str, Scalar] | None = None,
    ) -> int:
        """Add the statement's rows to its table; the number of rows added."""
        contract = contract_of(statement.writes)
        with self.transaction():
            self.ensure(contract)
            self._stage(statement, inputs, values)
            return self._add(contract, "staged_rows", is_key_checked=True)

    def store_frame(
        self,
        contract: Contract,
        frame: pl.DataFrame | pa.Table,
        *,
        append: bool,
        is_key_checked: bool = True,
    ) -> int:
        """Write a frame of the contract's columns; the number of rows written."""
        arrow = frame.to_arrow() if isinstance(frame, pl.DataFrame) else frame
        with self.transaction():
            if append:
                self.ensure(contract)
            else:
                empty(self.connection, contract)
            self.connection.register("incoming_frame", arrow)
            try:
                rows = self._add(contract, "incoming_frame", is_key_checked=is_key_checked)
            finally:
                self.connection.unregister("incoming_frame")
        return rows

    def _stage(
        self,
        statement: Statement,
        inputs: Mapping[str, str] | None,
        values: Mapping[str, Scalar] | None,
    ) -> None:
        """Put a statement's rows into ``staged_rows``, in place of what was there."""
        query = query_of(self.connection, statement, inputs, values)
        typed = typed_columns(contract_of(statement.writes))
        self.connection.execute(
            f"create or replace temp table staged_rows as select {typed} from ({query})",
            dict(values or {}),
        )

    def _add(self, contract: Contract, staged: str, *, is_key_checked: bool) -> int:
        """Add rows to a table; only keys that begin as a new one does are looked at."""
        listing = ", ".join(f'"{name}"' for name in contract.column_names)
        rows = insert_rows(self.connection, contract, f"select {listing} from {staged}", {})
        if is_key_checked:
            first = f'"{contract.key[0]}"'
            check_key(self.connection, contract, where=f"{first} in (select {first} from {staged})")
        return rows

    def renew(
        self,
        statement: Statement,
        *,
        keys: pl.Series | None,
        column: Narrowing,
        narrowed: Mapping[str, Narrowing],
        inputs: Mapping[str, str] | None = None,
        values: Mapping[str, Scalar] | None = None,
    ) -> pl.Series | None:
        """Make anew the rows of a statement's table whose ``column`` is among some keys."""
        if keys is None:
            self.replace(statement, inputs=inputs, values=values)
            return None
        contract = contract_of(statement.writes)
        with self.transaction(), self._among(keys) as among:
            self.ensure(contract)
            bound = dict(inputs or {})
            for table, by in narrowed.items():
                self.ensure(contract_of(bound.get(table, table)))
                view = f"narrowed_{table.replace('.', '_')}"
                self.connection.execute(
                    f"create or replace temp view {view} as"
                    f" select * from {quoted(bound.get(table, table))} where {among([by])}"
                )
                bound[table] = view
            self._stage(statement, bound, values)
            put_in_place(
                self.connection, contract, staged="staged_rows", key=narrowing(column),
                among=among([column]),
            )  # fmt: skip
            changed = self.query("select key from changed_keys order by key")
        return changed["key"]

    def renew_frame(
        self,
        contract: Contract,
        frame: pl.DataFrame,
        *,
        keys: pl.Series | None,
        columns: Sequence[str],
    ) -> int:
        """Put a frame in the place of the rows one of whose ``columns`` is among some keys."""
        if keys is None:
            return self.store_frame(contract, frame, append=False)
        with self.transaction(), self._among(keys) as among:
            self.ensure(contract)
            self.connection.execute(f"delete from {quoted(contract.name)} where {among(columns)}")
            rows = self.store_frame(contract, frame, append=True, is_key_checked=False)
            check_key(self.connection, contract, where=among(columns))
        return rows

    def rows_of(self, table: str, column: Narrowing, keys: pl.Series | None) -> pl.DataFrame:
        """A table's rows whose column is among some keys; all when ``keys`` is null."""
        self.ensure(contract_of(table))
        if keys is None:
            return self.query(f"select * from {quoted(table)}")
        with self._among(keys) as among:
            return self.query(f"select * from {quoted(table)} where {among([column])}")

    @contextmanager
    def _among(self, keys: pl.Series) -> Iterator[Callable[[Sequence[Narrowing]], str]]:
        """Conditions that one of some columns is among the keys, for as long as this lasts."""
        self.connection.register("given_keys", keys.unique().to_frame("key").to_arrow())
        self.connection.execute("create or replace temp table among_keys as from given_keys")
        self.connection.unregister("given_keys")

        def among(columns: Sequence[Narrowing]) -> str:
            return " or ".join(
                f"{narrowing(column)} in (select key from among_keys)" for column in columns
            )

        yield among

    def export(self, statement: Statement, path: Path) -> int:
        """Write the statement's rows to a Parquet file; the number of rows."""
        target = str(path).replace("'", "''")
        copied = self.connection.execute(
            f"copy ({statement.sql}) to '{target}' (format parquet, compression zstd)"
        )
        return int(copied.fetchall()[0][0])

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
