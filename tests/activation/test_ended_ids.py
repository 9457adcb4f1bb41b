"""A CRM that loads exports and ends the ids that ended has the customers of the last snapshot."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdp.resolve.membership import changes
from tests.activation.crm import Crm
from tests.activation.snapshot import AS_OF, exported, lines, publish
from tests.resolve.test_identity_events import frame, histories, named

Event = dict[str, object]


def merged(one: str, into: str) -> Event:
    return {"customer_id": one, "kind": "merged", "survivor_id": into}


def retired(one: str) -> Event:
    return {"customer_id": one, "kind": "retired"}


def moved(one: str, to: str) -> Event:
    return {"customer_id": one, "kind": "moved", "survivor_id": to}


LIVES: list[Event] = [
    {"customer_id": "x"},
    {"customer_id": "y"},
    {"customer_id": "cookie", "kind": "anonymous"},
]
CASES: dict[str, tuple[list[Event], dict[str, str]]] = {
    "merged once": ([merged("a", "x")], {"a": "x"}),
    "merged twice between two exports": (
        [merged("a", "b"), merged("b", "x")], {"a": "x", "b": "x"}
    ),
    "a chain of five": (
        [merged(one, other) for one, other in ("ab", "bc", "cd", "de", "ex")],
        dict.fromkeys("abcde", "x"),
    ),
    "two chains that meet": (
        [merged("a", "c"), merged("b", "c"), merged("c", "y")], dict.fromkeys("abc", "y")
    ),
    "the survivor has left": ([merged("a", "b"), retired("b")], {"a": "", "b": ""}),
    "some records moved to another": ([moved("a", "y"), merged("a", "x")], {"a": "x"}),
    "one that lives gave records away": ([moved("x", "y")], {}),
    "the survivor is a cookie": ([merged("a", "cookie")], {"a": ""}),
    "a circle, which cannot be": ([merged("a", "b"), merged("b", "a")], {"a": "", "b": ""}),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_every_ended_id_names_who_lives_today(tmp_path: Path, name: str) -> None:
    events, told = CASES[name]
    publish(tmp_path / "store", LIVES, events=events)
    made = exported(tmp_path, "csv")
    ended = lines(made.folder / "ended.csv")
    assert {line["customer_id"]: line["survivor_id"] for line in ended} == told
    assert len(ended) == sum(made.ended.values()) == len(told)
    manifest = json.loads((made.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["ended_ids"] == "ended.csv"
    assert "survivor_id" in manifest["how_to_end"]


HEIRS: dict[str, tuple[list[Event], list[tuple[str, int, bool]], str]] = {
    "who took it was split, and its record went": (
        [merged("a", "x")], [("a", 1, True), ("x", 1, True), ("y", 1, False)], "y"
    ),
    "most of its records stayed": (
        [merged("a", "x")],
        [("a", 1, True), ("a", 2, True), ("a", 3, True),
         ("x", 1, False), ("x", 2, False), ("y", 3, False)],
        "x",
    ),
    "as many went to either": (
        [merged("a", "y")], [("a", 1, True), ("a", 2, True), ("y", 1, False), ("x", 2, False)], "x"
    ),
    "its record went to a cookie": (
        [merged("a", "x")], [("a", 1, True), ("cookie", 1, False)], "x"
    ),
    "it retired, and its record came back to another": (
        [retired("a")], [("a", 1, True), ("y", 1, False)], "y"
    ),
    "it was erased": (
        [{"customer_id": "a", "kind": "erased"}], [("a", 1, True), ("y", 1, False)], ""
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HEIRS)
def test_an_ended_id_lives_on_where_its_last_records_are(tmp_path: Path, name: str) -> None:
    events, held, heir = HEIRS[name]
    members = [
        {"customer_id": customer, "record_id": record} | ({"valid_to": AS_OF} if is_over else {})
        for customer, record, is_over in held
    ]
    publish(tmp_path / "store", LIVES, events=events, members=members)
    ended = lines(exported(tmp_path, "csv").folder / "ended.csv")
    told = {line["customer_id"]: line["survivor_id"] for line in ended}
    assert told["a"] == heir


FADED: dict[str, tuple[list[Event], list[Event], bool]] = {
    "had a record that left": (
        [{"record_id": 1, "valid_to": AS_OF}, {"record_id": 2}], [{"record_id": 2}], True
    ),
    "said a name once": (
        [{"record_id": 1}],
        [{"record_id": 1, "is_current": False}, {"record_id": 1, "version": 2}],
        True,
    ),
    "was never more": ([{"record_id": 1}], [{"record_id": 1}], False),
}  # fmt: skip


@pytest.mark.parametrize("name", FADED)
def test_who_lives_on_as_a_cookie_alone_is_no_contact_any_more(tmp_path: Path, name: str) -> None:
    members, records, is_told = FADED[name]
    held = [{"customer_id": "cookie", **member} for member in members]
    publish(tmp_path / "store", LIVES, members=held, records=records)
    made = exported(tmp_path, "csv")
    ended = [(line["customer_id"], line["kind"]) for line in lines(made.folder / "ended.csv")]
    assert ended == [("cookie", "anonymous")] * is_told


@settings(max_examples=6, deadline=None)
@given(histories, st.integers(1, 3))
def test_a_crm_that_loads_some_exports_has_the_customers_of_the_last(
    history: list[dict[int, int]], every: int
) -> None:
    crm, events = Crm(), list[Event]()
    with tempfile.TemporaryDirectory() as made:
        root, steps = Path(made), list(named(history))
        for day, (before, after) in enumerate(steps, 1):
            told = changes(frame(before), frame(after)).to_dicts()
            events += [{**event, "run_id": f"r{day}"} for event in told]
            if day % every == 0 or day == len(steps):
                rows: list[dict[str, object]] = [{"customer_id": c} for c in set(after.values())]
                publish(root / "store", rows, f"r{day}", events)
                crm.load(exported(root, "csv").folder)
                assert crm.contacts.keys() == set(after.values())
        into = {str(e["customer_id"]): e["survivor_id"] for e in events if e["kind"] == "merged"}
        for old in lines(exported(root, "csv").folder / "ended.csv"):
            heir: object = old["customer_id"]
            while heir in into:
                heir = into[str(heir)]
            assert old["survivor_id"] == (heir if heir in crm.contacts else "")
