"""Exports: every customer is written, rejected or left out; what is written reads back the same."""

from __future__ import annotations

import csv
import hashlib
import json
import tempfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cdp.activation.export
from cdp.activation import Export, export_customers
from cdp.activation.files import write_parts
from cdp.engine.duckdb_tables import create_table
from cdp.errors import NotFoundError
from cdp.tables import CONTRACTS
from cdp.tables.contract import Contract

CUSTOMERS = CONTRACTS["published.customers"]
RUNS = CONTRACTS["published.runs"]
AS_OF = datetime(2026, 5, 3, 12)
FIXED = {
    "kind": "identified", "surname": "Lee", "emails": ["a@example.com"], "phones": [],
    "sources": ["crm"], "record_count": 1, "touchpoint_count": 0,
    "first_seen_at": datetime(2026, 1, 1), "last_seen_at": datetime(2026, 1, 1),
    "identity_confidence": 1.0, "attributes": "{}",
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


def publish(store: Path, rows: Sequence[dict[str, object]], run_id: str = "r1") -> None:
    """A snapshot that holds customers and nothing else."""
    folder = store / "published" / run_id
    folder.mkdir(parents=True)
    whole = [
        dict.fromkeys(CUSTOMERS.column_names) | FIXED | {"customer_id": f"c_{n:016}"} | row
        for n, row in enumerate(rows)
    ]
    empty = pl.from_arrow(CUSTOMERS.schema.empty_table())
    assert isinstance(empty, pl.DataFrame)
    table = pl.DataFrame(whole, schema=empty.schema)
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
    link = store / "published" / "current"
    link.unlink(missing_ok=True)
    link.symlink_to(run_id)


def exported(root: Path, destination: str) -> Export:
    return export_customers(root / "store", destination=destination, outbox=root / "outbox")


def lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@settings(max_examples=25)
@given(customers, st.sampled_from(["csv", "salesforce"]))
def test_every_customer_is_written_rejected_or_left_out(
    rows: list[dict[str, object]], destination: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        publish(Path(folder) / "store", rows)
        made = exported(Path(folder), destination)
        parts = made.rows_written + sum(made.rejected.values()) + sum(made.left_out.values())
        assert parts == len(rows)
        assert sum(row["kind"] == "anonymous" for row in rows) == made.left_out["anonymous"]
        written = [line for file in made.files for line in lines(made.folder / file.name)]
        assert len(written) == made.rows_written
        assert len(lines(made.folder / "rejected.csv")) == sum(made.rejected.values())


@settings(max_examples=25)
@given(customers)
def test_what_is_written_reads_back_the_same(rows: list[dict[str, object]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        publish(Path(folder) / "store", rows)
        made = exported(Path(folder), "csv")
        kept = [row for row in rows if row["kind"] == "identified"]
        for line, row in zip(lines(made.folder / "customers.csv"), kept, strict=True):
            assert list(line) == list(CUSTOMERS.column_names)
            for name in ("given_name", "surname", "street", "job_title", "email"):
                assert line[name] == (row[name] or "")
            assert line["birth_date"] == str(row["birth_date"] or "")
            assert [phone for phone in line["phones"].split(";") if phone] == row["phones"]
            seen = datetime.fromisoformat(line["last_seen_at"])
            assert seen.replace(tzinfo=None) == row["last_seen_at"]
            assert float(line["identity_confidence"]) == row["identity_confidence"]


OPT_OUTS = {
    "salesforce": {"email": "HasOptedOutOfEmail", "sms": "DoNotCall", "phone": "DoNotCall"},
    "csv": {c: f"{c}_consent" for c in ("email", "sms", "phone", "post")},
}
KEYS = {"salesforce": "Cdp_Id__c", "csv": "customer_id"}


@settings(max_examples=25)
@given(customers, st.sampled_from(["csv", "salesforce"]))
def test_every_refusal_is_in_the_file_or_counted_as_untold(
    rows: list[dict[str, object]], destination: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        publish(Path(folder) / "store", rows)
        made = exported(Path(folder), destination)
        read = [line for file in made.files for line in lines(made.folder / file.name)]
        written = {line[KEYS[destination]]: line for line in read}
        refused = {"salesforce": "true", "csv": "false"}[destination]
        for channel in ("email", "sms", "phone", "post"):
            who = {
                f"c_{n:016}"
                for n, row in enumerate(rows)
                if row["kind"] == "identified" and row[f"{channel}_consent"] is False
            }
            column = OPT_OUTS[destination].get(channel)
            told = {i for i in who & written.keys() if column}
            assert {i for i in told if written[i][str(column)] == refused} == told
            assert made.opted_out.get(channel, 0) == len(told)
            assert made.untold[channel] == len(who) - len(told)


@settings(max_examples=25)
@given(customers)
def test_salesforce_is_told_of_no_refusal_that_was_not_made(rows: list[dict[str, object]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        publish(Path(folder) / "store", rows)
        made = exported(Path(folder), "salesforce")
        for line in lines(made.folder / "Contact.csv"):
            row = rows[int(line["Cdp_Id__c"].removeprefix("c_"))]
            refuses_calls = row["phone_consent"] is False or row["sms_consent"] is False
            assert line["HasOptedOutOfEmail"] == ("true" if row["email_consent"] is False else "")
            assert line["DoNotCall"] == ("true" if refuses_calls else "")


def test_the_header_is_that_of_the_import(tmp_path: Path) -> None:
    publish(tmp_path / "store", [{"given_name": "Ann", "birth_date": date(1980, 2, 3)}])
    made = exported(tmp_path, "salesforce")
    header, row = (made.folder / "Contact.csv").read_text(encoding="utf-8").splitlines()
    assert header.split(",")[:5] == [
        "Cdp_Id__c", "Salutation", "FirstName", "MiddleName", "LastName",
    ]  # fmt: skip
    assert "1980-02-03" in row


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"surname": None}, "LastName is missing"),
        ({"surname": " "}, "LastName is missing"),
        ({"surname": "L" * 81}, "LastName is longer than 80 characters"),
        ({"email": f"{'a' * 69}@example.com"}, "Email is longer than 80 characters"),
        ({"email": ".a@example.com"}, "Email is malformed"),
        ({"email": "a@example"}, "Email is malformed"),
        ({"email": "a@-example.com"}, "Email is malformed"),
        ({"job_title": "#N/A"}, "Title is #N/A, which would empty the field"),
        ({"surname": None, "city": "C" * 41},
         "LastName is missing; MailingCity is longer than 40 characters"),
    ],
)  # fmt: skip
def test_a_row_that_salesforce_would_refuse_is_rejected_with_its_reason(
    tmp_path: Path, row: dict[str, object], reason: str
) -> None:
    publish(tmp_path / "store", [{}, row])
    made = exported(tmp_path, "salesforce")
    assert (made.rows_written, made.rejected) == (1, {reason: 1})
    assert lines(made.folder / "rejected.csv") == [
        {"customer_id": "c_0000000000000001", "reason": reason}
    ]


@pytest.mark.parametrize(
    "row",
    [
        {"surname": "L" * 80},
        {"email": f"{'a' * 68}@example.com"},
        {"email": "a..b.@sub.example.co.uk"},
        {"email": "josé+1@xn--bcher-kva.example"},
        {"given_name": "=1+1"},
    ],
)
def test_a_row_at_the_edge_of_the_limits_goes_verbatim(
    tmp_path: Path, row: dict[str, object]
) -> None:
    publish(tmp_path / "store", [row])
    made = exported(tmp_path, "salesforce")
    assert made.rows_written == 1
    assert set(row.values()) <= set(lines(made.folder / "Contact.csv")[0].values())


def test_the_manifest_names_every_file_with_its_rows_and_fingerprint(tmp_path: Path) -> None:
    publish(tmp_path / "store", [{}, {"kind": "anonymous"}])
    made = exported(tmp_path, "salesforce")
    manifest = json.loads((made.folder / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["run_id"], manifest["rows_written"], manifest["key"]) == ("r1", 1, "Cdp_Id__c")
    assert (manifest["as_of"], manifest["line_ending"]) == ("2026-05-03T12:00:00Z", "LF")
    assert manifest["left_out"] == {"anonymous": 1}
    first = (made.folder / manifest["files"][0]["name"]).read_text(encoding="utf-8").splitlines()[0]
    assert manifest["columns"] == first.split(",")
    for file in manifest["files"]:
        text = (made.folder / file["name"]).read_bytes()
        assert (file["bytes"], file["sha256"]) == (len(text), hashlib.sha256(text).hexdigest())


def test_the_same_snapshot_again_gives_the_same_bytes(tmp_path: Path) -> None:
    publish(tmp_path / "store", [{"given_name": name} for name in "abc"])
    first = {p.name: p.read_bytes() for p in exported(tmp_path, "csv").folder.iterdir()}
    again = {p.name: p.read_bytes() for p in exported(tmp_path, "csv").folder.iterdir()}
    assert first == again


def test_a_failed_export_leaves_no_folder_and_the_former_one_whole(tmp_path: Path) -> None:
    folder = tmp_path / "outbox" / "csv_r1"
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), whole_folder(folder) as building:
            (building / "half.csv").write_text("half")
            raise ZeroDivisionError
        assert not visible(tmp_path) or contents(folder) == before
        publish(tmp_path / "store", [{}])
        before = contents(exported(tmp_path, "csv").folder)
        publish(tmp_path / "other", [{}])
    assert visible(tmp_path) == ["csv_r1"]


@given(st.lists(st.text(alphabet="aé,\n", max_size=20), max_size=20), st.integers(30, 90))
def test_parts_are_small_whole_and_in_order(values: list[str], limit: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = write_parts(
            Path(folder), "part", ("id", "value"),
            [(str(n), value) for n, value in enumerate(values)], max_bytes=limit,
        )  # fmt: skip
        read = [lines(Path(folder) / file.name) for file in files]
        assert [line["value"] for part in read for line in part] == values
        for file, part in zip(files, read, strict=True):
            assert file.rows == len(part)
            assert file.bytes <= limit or len(part) <= 1


def test_without_a_snapshot_there_is_nothing_to_export(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="nothing is published"):
        exported(tmp_path, "csv")


def test_an_unknown_destination_is_told_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="csv, salesforce"):
        exported(tmp_path, "fax")
