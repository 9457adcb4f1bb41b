"""Files become deliveries: new ones once, unreadable ones again, mended contracts anew."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from cdp.engine import DuckDBEngine
from cdp.ingest import Landing, land_source, landing, map_rows
from cdp.project import Project, load_project

AS_OF = datetime(2026, 6, 30)
PEOPLE = """
source: people
path: inbox/people_*.csv
holds: people
record_key: id
delivered_at: {from_name: "%Y%m%d"}
person: {given_name: name}
"""
EVENTS = """
source: events
path: inbox/*.jsonl
holds: events
channel: web
touchpoint_key: id
occurred_at: at
event_type: items.0.sku
person: {device: cookie}
"""


class Inbox:
    """A project folder and the engine that its files land in."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.engine = DuckDBEngine()
        self.write(
            {
                "cdp.yaml": "project: p\ndefault_region: US\ntimezone: UTC\n",
                "sources/people.yaml": PEOPLE,
            }
        )

    def write(self, files: Mapping[str, str | bytes]) -> None:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode() if isinstance(text, str) else text)

    @property
    def project(self) -> Project:
        return load_project(self.root)

    def land(self, source: str = "people", run_id: str = "r1", *, is_full: bool = False) -> Landing:
        project = self.project
        chosen = next(s for s in project.sources if s.name == source)
        return land_source(
            self.engine, project, chosen, as_of=AS_OF, run_id=run_id, is_full=is_full
        )

    def deliveries(self) -> list[tuple[str, str, int]]:
        found = self.engine.query("select * from ops.deliveries order by source_file, delivery_id")
        return list(found.select("source_file", "status", "rows_read").iter_rows())

    def raw(self, source: str = "people") -> pl.DataFrame:
        return self.engine.query(f"select * from raw.{source} order by source_file, source_row")


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path)


def test_a_file_lands_once(inbox: Inbox) -> None:
    inbox.write({"inbox/people_20260101.csv": "id,name\n1,Ann\n"})
    assert len(inbox.land().delivery_ids) == 1
    again = inbox.land(run_id="r2")
    assert (again.delivery_ids, again.known_files) == ((), 1)
    assert inbox.raw().height == 1


@pytest.mark.parametrize(
    ("seconds_before", "is_full", "is_opened"),
    [(60, False, False), (60, True, True), (1, False, True)],
)
def test_a_file_of_the_noted_size_and_time_is_opened_only_if_it_might_be_another(
    inbox: Inbox, *, seconds_before: int, is_full: bool, is_opened: bool
) -> None:
    name = "inbox/people_20260101.csv"
    written = AS_OF.replace(tzinfo=UTC).timestamp() - seconds_before
    for text in ("id,name\n1,Ann\n", "id,name\n1,Bea\n"):
        inbox.write({name: text})
        os.utime(inbox.root / name, (written, written))
        landing = inbox.land(is_full=is_full)
    assert (len(landing.delivery_ids), landing.known_files) == ((1, 0) if is_opened else (0, 1))


def test_a_known_file_with_another_time_is_opened_once(inbox: Inbox) -> None:
    name = "inbox/people_20260101.csv"
    inbox.write({name: "id,name\n1,Ann\n"})
    noted = []
    for hour in (1, 2):
        written = AS_OF.replace(tzinfo=UTC).timestamp() - 3600 * hour
        os.utime(inbox.root / name, (written, written))
        inbox.land()
        noted += inbox.engine.query("select modified_at from ops.deliveries").rows()
    assert noted == [(AS_OF - timedelta(hours=1),), (AS_OF - timedelta(hours=2),)]


def test_a_file_without_a_date_in_its_name_stops_itself_only(inbox: Inbox) -> None:
    files = {
        "inbox/people_new.csv": "id,name\n1,Ann\n",
        "inbox/people_20260101.csv": "id,name\n2,Bo\n",
    }
    inbox.write(files)
    landing = inbox.land()
    assert (landing.unreadable_files, landing.rows_read) == (1, 1)
    assert inbox.deliveries() == [
        ("inbox/people_20260101.csv", "landed", 1), ("inbox/people_new.csv", "unreadable", 0),
    ]  # fmt: skip


def test_an_unreadable_file_is_entered_once_and_tried_again(inbox: Inbox) -> None:
    inbox.write({"inbox/people_new.csv": "id,name\n1,Ann\n"})
    for run in ("r1", "r2"):
        assert inbox.land(run_id=run).unreadable_files == 1
    assert inbox.deliveries() == [("inbox/people_new.csv", "unreadable", 0)]
    undated = PEOPLE.replace('delivered_at: {from_name: "%Y%m%d"}', "")
    inbox.write({"sources/people.yaml": undated})
    assert inbox.land(run_id="r3").rows_read == 1
    assert inbox.deliveries() == [("inbox/people_new.csv", "landed", 1)]


def test_another_format_reads_the_same_file_anew(inbox: Inbox) -> None:
    inbox.write({"inbox/people_20260101.csv": "id#name\n1#Ann\n2#Bo\n"})
    first = inbox.land()
    inbox.write({"sources/people.yaml": PEOPLE + 'format: {type: csv, delimiter: "#"}\n'})
    again = inbox.land(run_id="r2")
    assert again.delivery_ids == first.delivery_ids
    assert [json.loads(fields)["name"] for fields in inbox.raw()["fields"]] == ["Ann", "Bo"]
    assert inbox.land(run_id="r3").known_files == 1


def test_a_file_that_goes_back_to_former_content_is_three_deliveries(inbox: Inbox) -> None:
    for number, name in enumerate(["Ann", "Bo", "Ann"]):
        inbox.write({"inbox/people_20260101.csv": f"id,name\n1,{name}\n"})
        project = inbox.project
        land_source(
            inbox.engine, project, project.sources[0],
            as_of=AS_OF.replace(hour=number), run_id=f"r{number}",
        )  # fmt: skip
    assert [status for _, status, _ in inbox.deliveries()] == ["landed"] * 3
    latest = inbox.engine.query(
        "select r.fields from raw.people as r join ops.deliveries as d using (delivery_id)"
        " order by d.delivered_at desc limit 1"
    )["fields"][0]
    assert json.loads(latest)["name"] == "Ann"


def test_taking_a_place_of_a_list_loses_none_of_the_others(inbox: Inbox) -> None:
    event = {"id": "e1", "at": "2026-01-01", "cookie": "c", "items": [{"sku": "a"}, {"sku": "b"}]}
    inbox.write({"sources/events.yaml": EVENTS, "inbox/e.jsonl": json.dumps(event) + "\n"})
    landing = inbox.land("events")
    source = next(s for s in inbox.project.sources if s.name == "events")
    map_rows(inbox.engine, source, delivery_ids=list(landing.delivery_ids))
    row = inbox.engine.query("select * from mapped.rows").row(0, named=True)
    assert row["event_type"] == "a"
    assert json.loads(row["extra"]) == {"items": event["items"]}


def test_columns_that_make_up_one_value_are_joined(inbox: Inbox) -> None:
    mapped = PEOPLE.replace("{given_name: name}", "{given_name: name, street: [number, street]}")
    rows = "id,name,number,street\n1,Ann,12,Elm St\n2,Bo,,Oak Ave\n3,Cy,,\n"
    inbox.write({"sources/people.yaml": mapped, "inbox/people_20260101.csv": rows})
    landing = inbox.land()
    map_rows(inbox.engine, inbox.project.sources[0], delivery_ids=list(landing.delivery_ids))
    found = inbox.engine.query("select street, extra from mapped.rows order by source_row")
    assert found["street"].to_list() == ["12 Elm St", "Oak Ave", None]
    assert set(found["extra"]) == {"{}"}


@pytest.mark.parametrize("rows_at_once", [1, 300, 50_000])
def test_a_large_file_with_odd_lines_comes_back_byte_for_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows_at_once: int
) -> None:
    monkeypatch.setattr(landing, "CHUNK_ROWS", rows_at_once)
    odd = ['7,"two\nlines"\n', "\n", "8\n", '9,"say ""so"""\r\n', '10,"open\n']
    lines = [f"{number},Ann\n" for number in range(400)]
    for place, line in zip((100, 101, 200, 201, 399), odd, strict=True):
        lines.insert(place, line)
    inbox = Inbox(tmp_path)
    inbox.write({"inbox/people_20260101.csv": "id,name\n" + "".join(lines)})
    assert inbox.land().rows_read == 404
    stored = inbox.engine.query("select source_row, raw from raw.people")
    assert "".join(stored["raw"]) == "".join(lines)
    assert stored["source_row"].is_sorted()
    faults = inbox.engine.query("select raw from raw.people where fault is not null")
    assert faults["raw"].to_list() == ["8\n", '10,"open\n']
