"""Rows that were mended by hand land in the place of those that were rejected, or are refused."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from cdp.engine import DuckDBEngine
from cdp.errors import CdpError, ConfigError, DeliveryError, NotFoundError
from cdp.ingest import Manifest, Mended, land_mended, land_source, manifest_path, read_manifest
from cdp.project import load_project
from cdp.store.ledger import DELIVERIES, fingerprint_file

AS_OF = datetime(2026, 6, 30)
SOURCES = {
    "people": """
source: people
path: inbox/people_*.csv
holds: people
record_key: id
delivered_at: {from_name: "%Y%m%d"}
person: {given_name: name}
""",
    "posts": """
source: posts
path: inbox/posts_*.json
format: {rows: posts}
holds: events
channel: social
touchpoint_key: id
occurred_at: at
delivered_at: {from_name: "%Y%m%d"}
person: {given_name: parent.owner}
""",
}
FILES = {
    "people": ("inbox/people_20260101.csv", "id,name\n1,Ann\n2\n3,Cy,x\n"),
    "posts": (
        "inbox/posts_20260101.json",
        '{"owner": "Ann", "posts": [{"id": 1, "at": "never"}, {"id": 2, "at": "2026-01-01"}]}',
    ),
}


class Inbox:
    """A project whose files have landed, and its rejected rows as they were exported."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.engine = DuckDBEngine()
        for name, text in SOURCES.items():
            self.write(f"sources/{name}.yaml", text)
            self.write(*FILES[name])
        self.write("cdp.yaml", "project: p\ndefault_region: US\ntimezone: UTC\n")
        self.project = load_project(root)
        for source in self.project.sources:
            land_source(self.engine, self.project, source, as_of=AS_OF, run_id="r1")

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def export(self, source: str, name: str, text: str, *lines: int) -> Path:
        path = self.write(f"outbox/{name}", text)
        found = self.engine.query(
            "select delivery_id, source_file from ops.deliveries where source = $source "
            "and mends is null",
            {"source": source},
        )
        delivery_id, source_file = found.row(0)
        sha256 = fingerprint_file(path)
        manifest = Manifest(delivery_id, source, source_file, "csv", lines, sha256, "now")
        manifest.write(path)
        return path

    def replay(self, path: Path) -> Mended:
        manifest = read_manifest(path, otherwise_in=self.root / "outbox")
        return land_mended(self.engine, self.project, path, manifest, as_of=AS_OF, run_id="r2")

    def raw(self, delivery_id: str, source: str) -> list[tuple[int, str | None]]:
        found = self.engine.query(
            f"select source_row, fields from raw.{source} where delivery_id = $id order by all",
            {"id": delivery_id},
        )
        return found.rows()


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path)


@pytest.fixture
def people(inbox: Inbox) -> Path:
    """The two bad rows of the people, as they were exported."""
    return inbox.export("people", "d_1.people.csv", "id,name\n2\n3,Cy,x\n", 3, 4)


def test_mended_rows_have_the_lines_that_they_were_rejected_at(inbox: Inbox, people: Path) -> None:
    people.write_text("id,name\n2,Bea\n3,Cy,x\n")
    mended = inbox.replay(people)
    assert inbox.raw(mended.delivery_id, "people") == [(3, '{"id": "2", "name": "Bea"}'), (4, None)]
    entries = {
        row["delivery_id"]: row
        for row in inbox.engine.query("from ops.deliveries").rows(named=True)
    }
    mending, first = entries[mended.delivery_id], entries[mended.mends]
    assert mending["mends"] == first["delivery_id"]
    assert mending["delivered_at"] == first["delivered_at"]
    assert first["mends"] is None


def test_a_file_lands_once_and_its_own_mend_mends_the_first_delivery(
    inbox: Inbox, people: Path
) -> None:
    people.write_text("id,name\n2,Bea\n3,Cy,x\n")
    once = inbox.replay(people)
    assert once.is_new
    assert inbox.replay(people) == Mended(once.delivery_id, once.mends, is_new=False)
    again = inbox.write("outbox/d_2.people.csv", "id,name\n3,Cy\n")
    manifest = Manifest(once.delivery_id, "people", "x", "csv", (4,), "", "now")
    manifest.write(again)
    last = inbox.replay(again)
    assert last.mends == once.mends
    assert inbox.raw(last.delivery_id, "people") == [(4, '{"id": "3", "name": "Cy"}')]


def test_the_inbox_does_not_know_of_mended_files(inbox: Inbox, people: Path) -> None:
    ids = []
    for count in range(40):  # until one is the last by its id, too
        people.write_text(f"id,name\n2,Bea\n3,Cy {count}\n")
        mended = inbox.replay(people)
        ids.append(mended.delivery_id > mended.mends)
        if ids[-1]:
            break
    assert ids[-1]
    # The same list again a day later repeats the list, whatever was mended of it.
    inbox.write("inbox/people_20260102.csv", FILES["people"][1])
    source = inbox.project.sources[0]
    landing = land_source(inbox.engine, inbox.project, source, as_of=AS_OF, run_id="r3")
    assert (landing.delivery_ids, landing.known_files) == ((), 1)


def test_a_row_of_an_inner_array_keeps_what_is_around_it(inbox: Inbox) -> None:
    path = inbox.export("posts", "d_3.posts.json", '[\n{"id": 1, "at": "never"}\n]\n', 1)
    path.write_text('[\n{"id": 1, "at": "2026-01-02"}\n]\n')
    ((line, fields),) = inbox.raw(inbox.replay(path).delivery_id, "posts")
    assert line == 1
    assert json.loads(fields or "") == {"id": 1, "at": "2026-01-02", "parent": {"owner": "Ann"}}


REFUSED: list[tuple[str, str | None, type[CdpError], str]] = [
    ("nothing is mended", None, ConfigError, "nothing is mended yet"),
    ("a row is gone", "id,name\n2,Bea\n", DeliveryError, "1 rows, and 2 were exported"),
    ("a row is new", "id,name\n2,B\n3,C\n4,D\n", DeliveryError, "3 rows, and 2 were exported"),
    ("no rows", "", DeliveryError, "header"),
]


@pytest.mark.parametrize(
    ("text", "error", "said"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_what_mends_nothing_is_refused_and_nothing_lands(
    inbox: Inbox, people: Path, text: str | None, error: type[CdpError], said: str
) -> None:
    if text is not None:
        people.write_text(text)
    with pytest.raises(error, match=said):
        inbox.replay(people)
    assert inbox.engine.query("select 1 from ops.deliveries where mends is not null").height == 0
    assert inbox.engine.query("select 1 from raw.people").height == 3


@pytest.mark.parametrize("status", ["revoked", "held"])
def test_a_delivery_that_does_not_count_is_not_mended(
    inbox: Inbox, people: Path, status: str
) -> None:
    people.write_text("id,name\n2,Bea\n3,Cy\n")
    entries = inbox.engine.query("from ops.deliveries")
    entries = entries.with_columns(status=pl.lit(status), reason=pl.lit("so it was said"))
    inbox.engine.store_frame(DELIVERIES, entries, append=False)
    with pytest.raises(ConfigError, match=f"is {status}: so it was said"):
        inbox.replay(people)


def test_a_file_is_known_by_its_manifest(inbox: Inbox, people: Path) -> None:
    people.write_text("id,name\n2,Bea\n3,Cy\n")
    elsewhere = inbox.write(f"desk/{people.name}", people.read_text())
    assert inbox.replay(elsewhere).is_new  # found by its name
    manifest_path(people).write_text("{}")
    with pytest.raises(ConfigError, match="not as it was written"):
        inbox.replay(people)
    manifest_path(people).unlink()
    with pytest.raises(NotFoundError, match="no manifest"):
        inbox.replay(people)
    people.unlink()
    with pytest.raises(NotFoundError, match="no such file"):
        inbox.replay(people)


def test_a_manifest_of_another_store_is_refused(inbox: Inbox, people: Path) -> None:
    people.write_text("id,name\n2,Bea\n3,Cy\n")
    told = json.loads(manifest_path(people).read_text())
    manifest_path(people).write_text(json.dumps(told | {"delivery_id": "d_0"}))
    with pytest.raises(NotFoundError, match="no delivery d_0"):
        inbox.replay(people)
    manifest_path(people).write_text(json.dumps(told | {"source": "pepole"}))
    with pytest.raises(NotFoundError, match="did you rename it to `people`"):
        inbox.replay(people)
