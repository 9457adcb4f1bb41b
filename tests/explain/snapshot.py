"""Snapshots written by hand, for what a run seldom makes: chains of merges, splits, odd values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from io import StringIO
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
from rich.console import Console, RenderableType

from cdp.engine.duckdb_tables import create_table
from cdp.tables.contract import DATE, FLAG, INSTANT, INTEGER, MONEY, NUMBER, TEXT, TEXTS
from cdp.tables.published import PUBLISHED

Row = Mapping[str, object]

FIRST = datetime(2026, 1, 1)
_JSON = {"attributes": "{}", "channel_mix": "{}", "evidence": "{}", "losers": "[]"}
_ANY: Mapping[pa.DataType, object] = {
    TEXT: "x", TEXTS: [], INTEGER: 1, NUMBER: 1.0, MONEY: 0, FLAG: True,
    DATE: date(2026, 1, 1), INSTANT: FIRST,
}  # fmt: skip


def customer_id(letter: str) -> str:
    return "c_" + letter * 16


def publish(store: Path, tables: Mapping[str, Sequence[Row]], run_id: str = "r1") -> None:
    """Every published table; a column that a row does not name is null, or anything it may be."""
    folder = store / "published" / run_id
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "profiles.duckdb")) as connection:
        for contract in PUBLISHED:
            name = contract.name.split(".")[1]
            connection.execute(create_table(replace(contract, name=f"main.{name}")))
            blank = {
                field.name: None if field.nullable else _JSON.get(field.name, _ANY[field.type])
                for field in contract.schema
            }
            whole = [{**blank, **row} for row in tables.get(name, [])]
            incoming = pa.Table.from_pylist(whole, schema=contract.schema)
            connection.register("incoming", incoming)
            connection.execute(f'insert into "{name}" by name select * from incoming')
            connection.unregister("incoming")
    link = store / "published" / "current"
    link.unlink(missing_ok=True)
    link.symlink_to(run_id)


def one_customer(letter: str, record: int, **golden: object) -> dict[str, list[Row]]:
    """A customer with one record, current and a member."""
    found = customer_id(letter)
    return {
        "customers": [{"customer_id": found, "kind": "identified", **golden}],
        "computed_traits": [{"customer_id": found}],
        "records": [{"record_id": record, "source": "crm", "source_record_id": str(record)}],
        "members": [{"customer_id": found, "record_id": record}],
    }


def together(*parts: Mapping[str, Sequence[Row]]) -> dict[str, list[Row]]:
    """Several parts of a snapshot as one."""
    names = {name for part in parts for name in part}
    return {name: [row for part in parts for row in part.get(name, [])] for name in names}


def event(kind: str, letter: str, day: int, **others: object) -> Row:
    """One identity event of a customer on a day of January 2026, in a run of that day."""
    return {
        "customer_id": customer_id(letter),
        "kind": kind,
        "changed_at": datetime(2026, 1, day),
        "run_id": f"r{day:02}",
        **others,
    }


def shown(picture: RenderableType, width: int = 200) -> str:
    """What a terminal without colours would show."""
    stream = StringIO()
    Console(file=stream, width=width).print(picture, crop=False)
    return stream.getvalue()


def ids(frame: pl.DataFrame) -> list[str]:
    return [str(found) for found in frame["customer_id"]]
