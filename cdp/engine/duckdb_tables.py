"""DuckDB below the engine: DDL of contracts, checked inserts, keys, arity of functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from inspect import Parameter, Signature
from pathlib import Path

import duckdb
import pyarrow as pa

from cdp.engine.protocol import Narrowing, Scalar
from cdp.engine.statement import Statement
from cdp.errors import SqlContractError, TableContractError
from cdp.tables import Contract, contract_of

_TYPES: dict[pa.DataType, str] = {
    pa.string(): "VARCHAR",
    pa.list_(pa.string()): "VARCHAR[]",
    pa.int64(): "BIGINT",
    pa.list_(pa.int64()): "BIGINT[]",
    pa.float64(): "DOUBLE",
    pa.list_(pa.float64()): "DOUBLE[]",
    pa.decimal128(18, 3): "DECIMAL(18,3)",
    pa.bool_(): "BOOLEAN",
    pa.date32(): "DATE",
    pa.timestamp("us"): "TIMESTAMP",
}

_COPY = "__fresh"

_PARQUET = "format parquet, compression zstd, compression_level 1, dictionary_size_limit 300"
"""A third less work than with DuckDB's own settings, for files 3 % larger: zstd at its cheapest,
and no dictionary tried where nearly every value is another."""


def contract_copy(contract: Contract) -> Contract:
    """The same contract under the name that its table has until it is whole."""
    return Contract(contract.name + _COPY, contract.grain, contract.key, contract.columns)


def quoted(table: str) -> str:
    """``schema.table`` with both parts quoted.

    >>> quoted("clean.rows")
    '"clean"."rows"'
    """
    return ".".join(f'"{part}"' for part in table.split("."))


def create_table(contract: Contract) -> str:
    """The DDL of a contract; columns that may not be null say so."""
    columns = ", ".join(
        f'"{field.name}" {_TYPES[field.type]}{"" if field.nullable else " not null"}'
        f"{' using compression zstd' if contract.column(field.name).is_long else ''}"
        for field in contract.schema
    )
    return f"create table if not exists {quoted(contract.name)} ({columns})"


def create(connection: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """Create a contract's table, empty, unless there is one of its name, of whatever shape."""
    schema = contract.name.split(".")[0]
    connection.execute(f'create schema if not exists "{schema}"')
    connection.execute(create_table(contract))


def shape_of(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, tuple[str, bool]]:
    """The columns of a table that is there: name to type and whether it may be null."""
    # Asked of this table alone: the list of all columns takes ten times as long.
    found = connection.execute(
        f"""select name, type, not "notnull" from pragma_table_info('{quoted(table)}')"""
    ).fetchall()
    return {column: (type_, is_nullable) for column, type_, is_nullable in found}


def empty(connection: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """Leave a contract's table without any row, and without the shape of a former release."""
    create(connection, contract)
    asked = {field.name: (_TYPES[field.type], field.nullable) for field in contract.schema}
    if shape_of(connection, contract.name) == asked:
        connection.execute(f"delete from {quoted(contract.name)}")
    else:
        connection.execute(f"drop table {quoted(contract.name)}")
        connection.execute(create_table(contract))


def widen(connection: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """Add the columns that a table of a former release lacks; its rows have null there.

    Raises:
        TableContractError: A column is missing that may not be null, so what its old rows would
            hold is for a migration to say; or one has another type.
    """
    there = shape_of(connection, contract.name)
    wrong = []
    for field in contract.schema:
        if field.name not in there and field.nullable:
            kind = _TYPES[field.type]
            connection.execute(
                f'alter table {quoted(contract.name)} add column "{field.name}" {kind}'
            )
        elif field.name not in there or there[field.name][0] != _TYPES[field.type]:
            wrong.append(field.name)
    if wrong:
        raise TableContractError(
            what=f"the store is of another release: {', '.join(wrong)} cannot be added to its rows",
            where=contract.name,
            how_many=len(wrong),
            next_step="use the release that made the store, or a new folder for `store`",
        )


def narrowing(column: Narrowing) -> str:
    """SQL of what rows are narrowed by.

    >>> from sqlglot import exp
    >>> narrowing("at"), narrowing(exp.func("coalesce", exp.column("a"), exp.column("b")))
    ('"at"', 'COALESCE(a, b)')
    """
    return f'"{column}"' if isinstance(column, str) else column.sql(dialect="duckdb")


def query_of(
    connection: duckdb.DuckDBPyConnection,
    statement: Statement,
    inputs: Mapping[str, str] | None,
    values: Mapping[str, Scalar] | None,
) -> str:
    """The query of a statement that selects exactly its contract's columns.

    Raises:
        SqlContractError: The statement's columns are not the contract's.
    """
    sql, contract = statement.bind(inputs or {}), contract_of(statement.writes)
    found = {row[0] for row in connection.execute(f"describe {sql}", dict(values or {})).fetchall()}
    wrong = sorted(found ^ set(contract.column_names))
    if wrong:
        raise SqlContractError(
            what=f"columns differ from the contract of {statement.writes}: {', '.join(wrong)}",
            where=statement.name,
            how_many=len(wrong),
            next_step="select exactly the contract's columns",
        )
    return sql


def typed_columns(contract: Contract) -> str:
    """A select list of a contract's columns, each of the type that its table gives it."""
    return ", ".join(
        f'cast("{field.name}" as {_TYPES[field.type]}) as "{field.name}"'
        for field in contract.schema
    )


def insert(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    statement: Statement,
    inputs: Mapping[str, str] | None,
    values: Mapping[str, Scalar] | None,
) -> int:
    """Add a statement's rows to a table; the number of rows.

    Raises:
        SqlContractError: The statement's columns are not the contract's.
        TableContractError: A null where the contract forbids one.
    """
    query = query_of(connection, statement, inputs, values)
    return insert_rows(connection, contract, query, values or {})


def insert_rows(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    query: str,
    values: Mapping[str, Scalar],
) -> int:
    """Add a query's rows to a table by their columns' names; the number of rows."""
    with _told(contract):
        sql = f"insert into {quoted(contract.name)} by name {query}"
        return int(connection.execute(sql, dict(values)).fetchall()[0][0])


def insert_frame(connection: duckdb.DuckDBPyConnection, contract: Contract, frame: pa.Table) -> int:
    """Add a frame's rows to a table by their columns' names; the number of rows.

    The frame is let go of at once: one that is registered is held until its transaction ends, and
    so were all chunks of a file.
    """
    listing = ", ".join(f'"{name}"' for name in contract.column_names)
    sql = f"insert into {quoted(contract.name)} by name select {listing} from incoming_frame"
    with _told(contract):
        connection.from_arrow(frame).query("incoming_frame", sql)
    return int(frame.num_rows)


@contextmanager
def _told(contract: Contract) -> Iterator[None]:
    """Have a null where none may be tell which column it is in, and nothing of its row."""
    try:
        yield
    except duckdb.ConstraintException as broken:
        # DuckDB's own message may quote a cell; the column's name is enough.
        column = str(broken).partition("failed: ")[2].split(".")[-1].strip() or "?"
        raise TableContractError(
            what=f"column `{column}` is null where its contract forbids it",
            where=contract.name.removesuffix(_COPY),
            next_step="this is a defect of the step that writes it; please report it",
        ) from None


def check_key(
    connection: duckdb.DuckDBPyConnection, contract: Contract, *, where: str = "true"
) -> None:
    """Raise a TableContractError when a table's key is not unique (among some of its rows)."""
    key = ", ".join(f'"{name}"' for name in contract.key)
    groups = (
        f"select 1 from {quoted(contract.name)} where {where} group by {key} having count(*) > 1"
    )
    twice = connection.execute(f"select count(*) from ({groups})").fetchall()[0][0]
    if twice:
        raise TableContractError(
            what=f"key ({', '.join(contract.key)}) is not unique",
            where=contract.name.removesuffix(_COPY),
            how_many=int(twice),
            next_step="this is a defect of the step that writes it; please report it",
        )


def put_in_place(
    connection: duckdb.DuckDBPyConnection, contract: Contract, *, staged: str, among: str
) -> bool:
    """Put staged rows in the place of some of a table's; false when they are there already.

    Of the rows of whoever is touched most come out as they were: these stay untouched. The others
    are in ``fresh_rows`` as they are now, and in ``stale_rows`` as they were.
    """
    target = quoted(contract.name)
    listing = ", ".join(f'"{name}"' for name in contract.column_names)
    for table, query in (
        ("former_rows", f"select {listing} from {target} where {among}"),
        ("fresh_rows", f"select {listing} from {staged} except all from former_rows"),
        ("stale_rows", f"from former_rows except all select {listing} from {staged}"),
    ):
        connection.execute(f"create or replace temp table {table} as {query}")
    counted = "select (select count(*) from fresh_rows) + (select count(*) from stale_rows)"
    if connection.execute(counted).fetchall() == [(0,)]:
        return False
    key = ", ".join(f'"{name}"' for name in contract.key)
    connection.execute(f"delete from {target} where ({key}) in (select ({key}) from stale_rows)")
    insert_rows(connection, contract, "from fresh_rows", {})
    check_key(connection, contract, where=f"({key}) in (select ({key}) from fresh_rows)")
    return True


def write_parquet(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> int:
    """Write a query's rows to a Parquet file; their number."""
    target = str(path).replace("'", "''")
    copied = connection.execute(f"copy ({query}) to '{target}' ({_PARQUET})")
    return int(copied.fetchall()[0][0])


def with_arity(call: Callable[..., pa.Array], count: int) -> Callable[..., pa.Array]:
    """The same call with ``count`` named parameters: DuckDB counts them by the signature."""

    def over_arrays(*columns: pa.Array) -> pa.Array:
        return call(*columns)

    names = [Parameter(f"column_{i}", Parameter.POSITIONAL_ONLY) for i in range(count)]
    over_arrays.__signature__ = Signature(names)  # type: ignore[attr-defined]  # functions take any
    return over_arrays
