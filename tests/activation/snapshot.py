"""Published snapshots of made-up customers, and the files that come of them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
from hypothesis import strategies as st

from cdp.activation import Export, export_customers
from cdp.engine.duckdb_tables import create_table
from cdp.tables import CONTRACTS
from cdp.tables.contract import Contract

CUSTOMERS = CONTRACTS["published.customers"]
RUNS = CONTRACTS["published.runs"]
CHANGES = CONTRACTS["published.customer_changes"]
MEMBERS = CONTRACTS["published.members"]
RECORDS = CONTRACTS["published.records"]
AS_OF = datetime(2026, 5, 3, 12)
FIXED = {
    "kind": "identified", "surname": "Lee", "emails": ["a@example.com"], "phones": [],
    "sources": ["crm"], "record_count": 1, "touchpoint_count": 0,
    "first_seen_at": datetime(2026, 1, 1), "last_seen_at": datetime(2026, 1, 1),
    "identity_confidence": 1.0, "attributes": "{}",
}  # fmt: skip

_RECORD = {
    "version": 1, "is_current": True, "is_inline": False, "source": "crm", "source_record_id": "1",
    "observed_at": AS_OF, "delivery_id": "d", "source_file": "f", "source_row": 1, "emails": [],
    "phones": [], "devices": [], "handles": [], "keys": [], "attributes": "{}", "stated": "{}",
}  # fmt: skip

texts = st.one_of(st.none(), st.text(alphabet='aé,;"\n\r\t =+@\u4e2d', max_size=12))
consents = st.sampled_from([None, True, False])
customers = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["identified", "anonymous"]),
            "given_name": texts,
            "surname": st.one_of(texts, st.just("L" * 90)),
            "street": texts,
            "job_title": st.one_of(texts, st.just("#N/A")),
            "email": st.sampled_from([None, "a.b+c@example.com", "a@example", "a b@example.com"]),
            "phones": st.lists(st.sampled_from(["+16505550101", "+16505550102"]), max_size=2),
            "last_seen_at": st.datetimes(datetime(2000, 1, 1), datetime(2026, 1, 1)),
            "identity_confidence": st.floats(0, 1),
            "birth_date": st.one_of(st.none(), st.dates(date(1900, 1, 1), date(2020, 1, 1))),
            "email_consent": consents,
            "sms_consent": consents,
            "phone_consent": consents,
            "post_consent": consents,
        }
    ),
    max_size=8,
)


def publish(
    store: Path,
    rows: Sequence[dict[str, object]],
    run_id: str = "r1",
    events: Sequence[dict[str, object]] = (),
    members: Sequence[dict[str, object]] = (),
    records: Sequence[dict[str, object]] = (),
) -> None:
    """A snapshot of customers with ids by their place, stored last first, and their history."""
    folder = store / "published" / run_id
    folder.mkdir(parents=True)
    whole = [
        dict.fromkeys(CUSTOMERS.column_names) | FIXED | {"customer_id": f"c_{n:016}"} | row
        for n, row in enumerate(rows)
    ]
    empty = pl.from_arrow(CUSTOMERS.schema.empty_table())
    assert isinstance(empty, pl.DataFrame)
    table = pl.DataFrame(whole, schema=empty.schema).reverse()
    plain = Contract("main.customers", CUSTOMERS.grain, CUSTOMERS.key, CUSTOMERS.columns)
    with duckdb.connect(str(folder / "profiles.duckdb")) as connection:
        connection.execute(create_table(plain))
        connection.register("incoming", table.to_arrow())
        connection.execute("insert into customers by name select * from incoming")
        connection.execute(create_table(Contract("main.runs", RUNS.grain, RUNS.key, RUNS.columns)))
        run = {"run_id": run_id, "as_of": AS_OF, "started_at": AS_OF}
        connection.execute(
            "insert into runs (run_id, as_of, started_at, status, settings)"
            " values ($run_id, $as_of, $started_at, 'published', 's')",
            run,
        )
        blank = {"run_id": run_id, "changed_at": AS_OF, "record_count": 0, "survivor_id": None}
        told = [{**blank, "sequence": n, "origin_id": None, **e} for n, e in enumerate(events, 1)]
        _fill(connection, CHANGES, told)
        _fill(connection, MEMBERS, [{"valid_from": AS_OF, "run_id": run_id} | m for m in members])
        _fill(connection, RECORDS, [_RECORD | record for record in records])
    link = store / "published" / "current"
    link.unlink(missing_ok=True)
    link.symlink_to(run_id)


def _fill(
    connection: duckdb.DuckDBPyConnection, contract: Contract, rows: Sequence[dict[str, object]]
) -> None:
    """A published table of these rows; of what they do not tell, nothing."""
    name = contract.name.partition(".")[2]
    connection.execute(
        create_table(Contract(f"main.{name}", contract.grain, contract.key, contract.columns))
    )
    connection.register("told", pa.Table.from_pylist(list(rows), schema=contract.schema))
    connection.execute(f"insert into {name} by name select * from told")


def exported(root: Path, destination: str) -> Export:
    return export_customers(root / "store", destination=destination, outbox=root / "outbox")


def lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
