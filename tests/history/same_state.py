"""Whether two stores hold the same state, whatever their customers and households are called."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

_SCRATCH = ("mapped", "work", "information_schema", "pg_catalog")
"""Schemas whose tables hold what the last step left there."""
_HISTORY = ("identity.members", "identity.changes", "main.members", "main.customer_changes")
"""Tell how the state came about; `_NAMES` compares what they say of today."""
_OF_RUNS = ("ops.runs", "ops.steps", "ops.touched", "main.runs")
_WHICH_RUN = ("run_id", "landed_at")
"""Columns that tell in which run something was done."""

_NAMES = """
    create temp table names as
    with one as (
        select record_id, customer_id from one.identity.members where valid_to is null
    ),
    other as (select record_id, customer_id from other.identity.members where valid_to is null)
    select one.customer_id as called, other.customer_id as there, count(*) as records
    from one full join other using (record_id)
    group by all
"""
_HOMES = """
    create temp table homes as
    select one.household_id as called, min(other.household_id) as there
    from one.identity.households as one
    join names as n on one.customer_id = n.called
    join other.identity.households as other on n.there = other.customer_id
    group by one.household_id
"""
_RENAMED = {
    "customer_id": "names", "customer_id_l": "names", "customer_id_r": "names",
    "household_id": "homes",
}  # fmt: skip


def differences(
    one: Path, other: Path, *, unless: Collection[str] = (), without: Collection[str] = ()
) -> dict[str, int]:
    """Every table of state of two project folders to the rows that only one of them has.

    Tables of the working store and of the snapshot are looked up, so one that is new is compared
    from its first day. ``current members`` counts the records whose customers are not the same
    sets of records; by those sets the ids of ``one`` are told in the words of ``other``.

    Args:
        one: A project folder.
        other: Another.
        unless: Tables that are not compared.
        without: Columns that are not compared.
    """
    with _both(one, other) as stores:
        stores.execute(_NAMES)
        stores.execute(_HOMES)
        told = {"current members": _count(stores, _MISNAMED)}
        for table in _tables(stores):
            name = table.partition(".")[2]
            if name not in (*_HISTORY, *_OF_RUNS, *unless):
                told[table] = _differing(stores, table, {*_WHICH_RUN, *without})
        return told


_MISNAMED = """
    select coalesce(sum(records), 0) from names
    where called is null or there is null
        or called in (select called from names group by called having count(*) > 1)
        or there in (select there from names group by there having count(*) > 1)
"""


@contextmanager
def _both(one: Path, other: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as stores:
        for name, root in (("one", one), ("other", other)):
            store = root / "warehouse"
            snapshot = store / "published" / "current" / "profiles.duckdb"
            stores.execute(f"attach '{store / 'warehouse.duckdb'}' as {name} (read_only)")
            if snapshot.exists():
                stores.execute(f"attach '{snapshot}' as {name}_shown (read_only)")
        stores.execute("set timezone = 'UTC'")
        yield stores


def _tables(stores: duckdb.DuckDBPyConnection) -> list[str]:
    """Tables of either side as ``one.schema.table`` or ``one_shown.main.table``."""
    found = stores.execute(
        "select distinct replace(database_name, 'other', 'one'), schema_name, table_name"
        " from duckdb_tables() where not internal and database_name <> 'temp'"
        " and not list_contains(?, schema_name) order by all",
        [list(_SCRATCH)],
    )
    return [".".join(names) for names in found.fetchall()]


def _differing(stores: duckdb.DuckDBPyConnection, table: str, without: Collection[str]) -> int:
    columns = [
        name
        for (name,) in stores.execute(
            "select column_name from duckdb_columns() where database_name = ? and schema_name = ?"
            " and table_name = ? order by column_index",
            table.split("."),
        ).fetchall()
        if name not in without
    ]
    ours = ", ".join(_renamed(name) for name in columns)
    theirs = ", ".join(f't."{name}"' for name in columns)
    left = f"select {ours} from {table} as t"
    right = f"select {theirs} from other{table.removeprefix('one')} as t"
    return sum(
        _count(stores, f"select count(*) from ({a} except all {b})")
        for a, b in ((left, right), (right, left))
    )


def _renamed(column: str) -> str:
    names = _RENAMED.get(column)
    if names is None:
        return f't."{column}"'
    # An id that the other side does not know stays, and is told as a difference.
    renamed = f'(select min(there) from {names} where called = t."{column}")'
    return f'coalesce({renamed}, t."{column}")'


def _count(stores: duckdb.DuckDBPyConnection, sql: str) -> int:
    return int(stores.execute(sql).fetchall()[0][0])
