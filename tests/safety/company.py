"""The company that the kills are tried on: its batches, and what of a store must be equal.

The first batch fills an empty store. The second brings what a day brings: new people, a record
that joins two customers, a correction under the same name, a late file and a repeat.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from tests.laws.world import AS_OF, CRM, FILES, SHOP, Company, Files, crm_file, shop_file

JOINING = "10,Ana,Lindqvist,r.okafor@example.net,518-555-0118,1975-12-24,,,,2026-05-30 10:00"

BATCHES: tuple[Files, ...] = (
    {name: FILES[name] for name in ("inbox/crm_20260401.csv", "inbox/shop_20260501.jsonl")},
    {
        "inbox/crm_20260501.csv": crm_file([*CRM[3:], JOINING]),
        "inbox/shop_20260501.jsonl": shop_file(SHOP[:5]).replace('"84.50"', '"80"'),
        "inbox/crm_20260101.csv": crm_file([CRM[0].replace("2026-03-01", "2026-01-01")]),
        "inbox/shop_20260601.jsonl": shop_file(SHOP[3:]),
        "inbox/shop_20260602.jsonl": shop_file(SHOP[3:]),
    },
)

_WHICH_RUN = ("run_id",)
"""Columns left out: a step whose work was done before the kill names the run that was killed."""

_WITHOUT_RUN = {("steps", "made_under"): "regexp_replace(made_under, ' [^ ]+$', '')"}
"""What publishing went on from ends with the run whose snapshot it was."""

_UNCOMPARED = ("mapped", "work", "information_schema", "pg_catalog")
"""Schemas of scratch tables: what they hold is what the last step left there."""

Rows = Mapping[str, list[tuple[object, ...]]]


def as_of(batch: int) -> datetime:
    """The clock of a batch, from 0; a run made good has that of the run that was killed."""
    return AS_OF + timedelta(days=batch)


def deliver(root: Path, batch: int) -> None:
    """Put a batch into the inbox."""
    Company(root).write(BATCHES[batch])


def state_of(root: Path) -> Rows:
    """Every table of the store and of its snapshot as sorted rows, but for ids of runs.

    Tables are looked up, not listed here, so a table that is new is compared from its first day.
    ``ops.runs`` is left out: a killed run stays in it.
    """
    store = root / "warehouse"
    return _tables(store / "warehouse.duckdb", "store") | _tables(
        store / "published" / "current" / "profiles.duckdb", "snapshot"
    )


def runs_of(root: Path) -> list[tuple[str, str]]:
    """Run and status, in order of their ids, as the store has them."""
    with duckdb.connect(str(root / "warehouse" / "warehouse.duckdb"), read_only=True) as store:
        return store.sql("select run_id, status from ops.runs order by run_id").fetchall()


def _tables(database: Path, called: str) -> dict[str, list[tuple[object, ...]]]:
    found = {}
    with duckdb.connect(str(database), read_only=True) as connection:
        names = connection.sql(
            "select schema_name, table_name from duckdb_tables() where not internal order by all"
        ).fetchall()
        for schema, table in names:
            if schema in _UNCOMPARED or table == "runs":
                continue
            columns = [
                _WITHOUT_RUN.get((table, name), f'"{name}"')
                for (name,) in connection.sql(
                    "select column_name from duckdb_columns()"
                    f" where schema_name = '{schema}' and table_name = '{table}'"
                    " order by column_index"
                ).fetchall()
                if name not in _WHICH_RUN
            ]
            rows = connection.sql(f'select {", ".join(columns)} from "{schema}"."{table}"')
            found[f"{called}: {schema}.{table}"] = sorted(rows.fetchall(), key=repr)
    return found


def differences(one: Rows, other: Rows) -> list[str]:
    """The tables that are not equal, with the rows that only one of them has, counted."""
    told = []
    for table in sorted({*one, *other}):
        left, right = one.get(table), other.get(table)
        if left is None or right is None:
            told.append(f"{table} is missing {'here' if right is None else 'there'}")
        elif left != right:
            lacking = sum(row not in right for row in left)
            surplus = sum(row not in left for row in right)
            told.append(f"{table}: {len(left)} and {len(right)} rows, -{lacking} +{surplus}")
    return told
