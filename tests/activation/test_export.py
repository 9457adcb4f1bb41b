"""Exports: every customer is written, rejected or left out; what is written reads back the same."""

from __future__ import annotations

import hashlib
import json
import tempfile
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdp.errors import NotFoundError
from tests.activation.snapshot import CUSTOMERS, customers, exported, lines, publish


@settings(max_examples=10)
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


@settings(max_examples=10)
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


@settings(max_examples=10)
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


def test_an_export_that_fails_midway_leaves_nothing(tmp_path: Path) -> None:
    publish(tmp_path / "store", [{}])
    with duckdb.connect(str(tmp_path / "store/published/r1/profiles.duckdb")) as connection:
        connection.execute("alter table customers drop column surname")
    with pytest.raises(duckdb.BinderException):
        exported(tmp_path, "salesforce")
    assert [path.name for path in (tmp_path / "outbox").iterdir()] == [".lock"]


@pytest.mark.parametrize(
    ("destination", "key"), [("csv", "customer_id"), ("salesforce", "Cdp_Id__c")]
)
def test_rows_are_in_the_order_of_their_ids(tmp_path: Path, destination: str, key: str) -> None:
    publish(tmp_path / "store", [{"given_name": name} for name in "cab"])
    made = exported(tmp_path, destination)
    ids = [line[key] for line in lines(made.folder / made.files[0].name)]
    assert ids == [f"c_{n:016}" for n in range(3)]


def test_the_next_snapshot_has_a_folder_of_its_own(tmp_path: Path) -> None:
    publish(tmp_path / "store", [{}])
    first = exported(tmp_path, "csv")
    publish(tmp_path / "store", [{}, {}], run_id="r2")
    second = exported(tmp_path, "csv")
    assert (first.rows_written, second.rows_written) == (1, 2)
    assert (first.folder.name, second.folder.name) == ("csv_r1", "csv_r2")


def test_without_a_snapshot_there_is_nothing_to_export(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="nothing is published"):
        exported(tmp_path, "csv")


def test_an_unknown_destination_is_told_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="csv, salesforce"):
        exported(tmp_path, "fax")
