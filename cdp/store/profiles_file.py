"""The DuckDB file of a snapshot: filled with tables made for it, or with what changed in them.

It is written in the storage format of DuckDB 1.2, which BI tools bundle; its columns carry the
meanings of their contracts as comments.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import duckdb
import polars as pl
from sqlglot import exp

from cdp.engine import STABLE_ID, Narrowing
from cdp.engine.duckdb_tables import create_table, narrowing, put_in_place, write_parquet
from cdp.errors import TableContractError
from cdp.tables import Contract, reference_rows
from cdp.tables.published import PUBLISHED

FILE = "profiles.duckdb"
_STORAGE_VERSION = "v1.2.0"


@dataclass(frozen=True)
class Change:
    """Rows of a table that may read otherwise than in the snapshot before."""

    keys: pl.Series
    columns: Sequence[Narrowing]
    """A row may have changed when one of these is among the keys."""


def write_whole(folder: Path, references: Sequence[str], *, tables: Path) -> None:
    """Make the file from Parquet files of all its tables, in the folder ``tables``."""
    with _opened(folder) as connection:
        for name, contract in _contracts(references).items():
            for sql in _definition(contract):
                connection.execute(sql)
            _insert(connection, contract, tables / f"{name}.parquet")


def write_changes(
    folder: Path,
    references: Sequence[str],
    *,
    former: Path,
    changes: Mapping[str, Change],
    tables: Path,
) -> list[str]:
    """Make the file from that of a ``former`` snapshot of the same definitions.

    What no change touches is copied as bytes, so that this costs what changed. The folder
    ``tables`` holds a Parquet file for each table: of one with a change, the rows of its keys as
    they are now; of another all its rows, with which it is filled anew.

    Returns:
        The tables with a change, by their names without schema, that read as before after all.
    """
    shutil.copyfile(former / FILE, folder / FILE)
    same = []
    with _opened(folder) as connection:
        connection.execute(f"create temp macro {STABLE_ID}")
        # One transaction, put in place when it ends: its rows are written once, and to no log.
        connection.execute("set checkpoint_threshold = '1KB'")
        connection.execute("begin")
        for name, contract in _contracts(references).items():
            change, rows = changes.get(name), tables / f"{name}.parquet"
            if change is None:
                connection.execute(f"delete from {contract.name}")
                _insert(connection, contract, rows)
            elif not _replace(connection, contract, change, rows):
                same.append(name)
        connection.execute("commit")
    return same


def write_beside(folder: Path, tables: Sequence[str]) -> None:
    """Write tables of the file to Parquet files beside it, in the order of their rows there."""
    with _opened(folder) as connection:
        for table in tables:
            write_parquet(connection, f'from main."{table}"', folder / f"{table}.parquet")


def check_rows(folder: Path, rows: Mapping[str, int]) -> None:
    """Count the rows of each table: cheap, and tells a change that was not handed on.

    Raises:
        TableContractError: A table has other rows than it should.
    """
    with _opened(folder) as connection:
        for table, asked in rows.items():
            (there,) = connection.execute(f'select count(*) from main."{table}"').fetchall()[0]
            if there != asked:
                raise TableContractError(
                    what=f"the snapshot would have {there} rows where the store has {asked}",
                    where=table,
                    how_many=abs(there - asked),
                    next_step="`cdp run --full` writes it anew; please report this defect",
                )


def definitions(references: Sequence[str]) -> str:
    """Fingerprint of tables, columns and comments: a file of another is none to go on from."""
    contracts = _contracts(references).values()
    told = "\n".join(sql for contract in contracts for sql in _definition(contract))
    return sha256(told.encode()).hexdigest()


def _contracts(references: Sequence[str]) -> dict[str, Contract]:
    """Tables of the file, by their names without schema."""
    named = {contract.name.split(".")[1]: contract for contract in PUBLISHED}
    named |= {f"reference_{source}": reference_rows(source) for source in references}
    return {name: replace(contract, name=f"main.{name}") for name, contract in named.items()}


@contextmanager
def _opened(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    try:
        target = _literal(str(folder / FILE))
        connection.execute(f"attach {target} as snapshot (storage_version '{_STORAGE_VERSION}')")
        connection.execute("use snapshot")
        yield connection
        connection.execute("use memory")
        connection.execute("detach snapshot")
    finally:
        connection.close()


def _definition(contract: Contract) -> Iterator[str]:
    yield create_table(contract)
    yield f"comment on table {contract.name} is {_literal(contract.grain)}"
    for column in contract.columns:
        meaning = f"{column.meaning} [{column.pii}]" if column.pii != "none" else column.meaning
        yield f'comment on column {contract.name}."{column.name}" is {_literal(meaning)}'


def _insert(connection: duckdb.DuckDBPyConnection, contract: Contract, parquet: Path) -> None:
    connection.execute(
        f"insert into {contract.name} by name select * from read_parquet($path)",
        {"path": str(parquet)},
    )


def _replace(
    connection: duckdb.DuckDBPyConnection, contract: Contract, change: Change, rows: Path
) -> bool:
    """Put the rows of a change in place; false when they are there already."""
    connection.register("changed_keys", change.keys.to_frame("key").to_arrow())
    connection.execute("create or replace temp table among_keys as from changed_keys")
    connection.unregister("changed_keys")
    among = " or ".join(
        f"{narrowing(column)} in (select key from among_keys)" for column in change.columns
    )
    staged = f"read_parquet({_literal(str(rows))})"
    return put_in_place(connection, contract, staged=staged, among=among)


def _literal(text: str) -> str:
    return exp.Literal.string(text).sql(dialect="duckdb")
