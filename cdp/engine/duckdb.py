"""The engine on one machine: a DuckDB database file, held by one writer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl
import pyarrow as pa

from cdp.engine.database import Database
from cdp.engine.duckdb_tables import (
    check_key,
    contract_copy,
    create,
    create_table,
    empty,
    insert,
    insert_frame,
    insert_rows,
    narrowing,
    put_in_place,
    query_of,
    quoted,
    typed_columns,
)
from cdp.engine.protocol import Narrowing, Scalar
from cdp.engine.statement import Statement
from cdp.tables import Contract, contract_of


class DuckDBEngine(Database):
    """DuckDB behind the engine protocol; ``path`` None keeps everything in memory."""

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
        keys: Sequence[str] | None = None,
    ) -> int:
        """Add the statement's rows to its table; the number of rows added."""
        contract = contract_of(statement.writes)
        with self.transaction():
            self.ensure(contract)
            if keys is None:
                self._stage(statement, inputs, values)
                return self._add_staged(contract)
            rows = insert(self.connection, contract, statement, inputs, values)
            self._check_keys(contract, pl.Series(keys, dtype=pl.String))
            return rows

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
            rows = insert_frame(self.connection, contract, arrow)
            if is_key_checked:
                self._check_keys(contract, pl.Series(arrow.column(contract.key[0])))
        return rows

    def _check_keys(self, contract: Contract, first: pl.Series) -> None:
        """Raise when keys of a table that begin so are not unique."""
        with self.among(first) as among:
            check_key(self.connection, contract, where=among(contract.key[:1]))

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

    def _add_staged(self, contract: Contract) -> int:
        """Add ``staged_rows`` to a table; only keys that begin as a new one does are looked at."""
        rows = insert_rows(self.connection, contract, "select * from staged_rows", {})
        first = f'"{contract.key[0]}"'
        check_key(self.connection, contract, where=f"{first} in (select {first} from staged_rows)")
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
        with self.transaction(), self.among(keys) as among:
            self.ensure(contract)
            by = {table: [told] for table, told in narrowed.items()}
            bound = self._narrowed(by, inputs or {}, among)
            self._stage(statement, bound, values)
            put_in_place(self.connection, contract, staged="staged_rows", among=among([column]))
            changed = self.query(
                f"select distinct {narrowing(column)} as key"
                " from (from fresh_rows union all from stale_rows) order by key"
            )
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
        with self.transaction(), self.among(keys) as among:
            self.ensure(contract)
            self.connection.execute(f"delete from {quoted(contract.name)} where {among(columns)}")
            rows = self.store_frame(contract, frame, append=True, is_key_checked=False)
            check_key(self.connection, contract, where=among(columns))
        return rows
