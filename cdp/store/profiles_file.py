"""The DuckDB file of a snapshot: made whole from its Parquet files, or from the file before it.

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
from cdp.engine.duckdb_tables import create_table, narrowing
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
    rows: Path
    """Parquet: all those rows as they are now."""


def write_whole(folder: Path, references: Sequence[str]) -> None:
    """Make the file from the Parquet files beside it."""
    with _opened(folder) as connection:
        for contract, parquet in _tables(folder, references):
            for sql in _definition(contract):
                connection.execute(sql)
            _insert(connection, contract, parquet)


def write_changes(
    folder: Path, references: Sequence[str], *, former: Path, changes: Mapping[str, Change]
) -> list[str]:
    """Make the file from that of a ``former`` snapshot of the same definitions.

    What no change touches is copied as bytes, so that this costs what changed; tables without
    one are filled anew from the Parquet files beside it.

    Returns:
        The tables with a change, by their names without schema, that read as before after all.
    """
    shutil.copyfile(former / FILE, folder / FILE)
    same = []
    with _opened(folder) as connection:
        connection.execute(f"create temp macro {STABLE_ID}")
        # One transaction is written out once; many fill the log, which is then written out anew.
        connection.execute("begin")
        for contract, parquet in _tables(folder, references):
            change = changes.get(parquet.stem)
            if change is None:
                connection.execute(f"delete from {contract.name}")
                _insert(connection, contract, parquet)
            elif not _replace(connection, contract, change):
                same.append(parquet.stem)
        connection.execute("commit")
    return same


def count_rows(folder: Path, references: Sequence[str]) -> dict[str, int]:
    """Rows by table, counted in both forms: cheap, and tells a change that was not handed on.

    Raises:
        TableContractError: A table has other rows than the Parquet file beside it.
    """
    rows = {}
    with _opened(folder) as connection:
        for contract, parquet in _tables(folder, references):
            counted = (
                f"select count(*) from {contract.name}"
                " union all select count(*) from read_parquet($path)"
            )
            told = connection.execute(counted, {"path": str(parquet)}).fetchall()
            there, asked = (int(count) for (count,) in told)
            if there != asked:
                raise TableContractError(
                    what=f"the DuckDB file has {there} rows where the Parquet file has {asked}",
                    where=contract.name,
                    how_many=abs(there - asked),
                    next_step="`cdp run --full` writes both anew; please report this defect",
                )
            rows[parquet.stem] = there
    return rows


def definitions(references: Sequence[str]) -> str:
    """Fingerprint of tables, columns and comments: a file of another is none to go on from."""
    tables = _tables(Path(), references)
    told = "\n".join(sql for contract, _ in tables for sql in _definition(contract))
    return sha256(told.encode()).hexdigest()


def _tables(folder: Path, references: Sequence[str]) -> Iterator[tuple[Contract, Path]]:
    """Tables of the file, each with the Parquet file of the same name."""
    named = {contract.name.split(".")[1]: contract for contract in PUBLISHED}
    named |= {f"reference_{source}": reference_rows(source) for source in references}
    for name, contract in named.items():
        yield replace(contract, name=f"main.{name}"), folder / f"{name}.parquet"


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


def _replace(connection: duckdb.DuckDBPyConnection, contract: Contract, change: Change) -> bool:
    """Put the rows of a change in place; false when they are there already."""
    connection.register("changed_keys", change.keys.to_frame("key").to_arrow())
    connection.execute("create or replace temp table among_keys as from changed_keys")
    connection.unregister("changed_keys")
    among = " or ".join(
        f"{narrowing(column)} in (select key from among_keys)" for column in change.columns
    )
    path = {"path": str(change.rows)}
    connection.execute(
        f"create or replace temp table former_rows as select * from {contract.name} where {among}"
    )
    differing = connection.execute(
        "select count(*) from (from read_parquet($path) except all from former_rows)"
        " union all select (select count(*) from read_parquet($path))"
        " - (select count(*) from former_rows)",
        path,
    ).fetchall()
    if not any(rows for (rows,) in differing):
        return False
    connection.execute(f"delete from {contract.name} where {among}")
    _insert(connection, contract, change.rows)
    return True


def _literal(text: str) -> str:
    return exp.Literal.string(text).sql(dialect="duckdb")
