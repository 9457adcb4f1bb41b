"""The stewards' log: nothing said is lost, whoever else writes and wherever a crash ends a line."""

from __future__ import annotations

import json
import multiprocessing
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.errors import ProjectError
from cdp.store.rulings import LOG, Ruling, append_rulings, make_ruling, read_rulings

AT = datetime(2026, 3, 4, 5, 6, 7)


def ruling(
    kind: str = "must_link", one: str = "crm:1", other: str = "shop:2", **more: str
) -> Ruling:
    return make_ruling(kind, (one, other), by=more.get("by", "kim"), at=AT, note=more.get("note"))


def test_what_is_appended_is_read_again(tmp_path: Path) -> None:
    said = ruling(one="shop:ä | x", other="crm:k:1", note='she said "yes"', by="Žofie")
    append_rulings(tmp_path, [said])
    (found,) = read_rulings(tmp_path).said
    assert (found.left, found.right, found.line) == ("crm:k:1", "shop:ä | x", 1)
    assert (found.ruled_by, found.ruled_at, found.note) == ("Žofie", AT, 'she said "yes"')


def test_no_log_says_nothing(tmp_path: Path) -> None:
    assert read_rulings(tmp_path).said == ()
    assert read_rulings(tmp_path).fingerprint == ""
    assert read_rulings(tmp_path).frame().height == 0


sides = st.sampled_from(["crm:1", "crm:2", "shop:1"])
steps = st.lists(
    st.tuples(
        st.sampled_from(["must_link", "cannot_link", "withdrawn"]),
        st.tuples(sides, sides).filter(lambda pair: pair[0] != pair[1]),
    ),
    max_size=8,
)


@given(steps)
def test_the_last_word_on_a_pair_counts(
    tmp_path_factory: pytest.TempPathFactory, said: list[tuple[str, tuple[str, str]]]
) -> None:
    root, last = tmp_path_factory.mktemp("log"), dict[frozenset[str], str]()
    for kind, pair in said:
        append_rulings(root, [ruling(kind, *pair)])
        last[frozenset(pair)] = kind
    found = {frozenset(one.pair): one.ruling for one in read_rulings(root).in_force}
    assert found == {pair: kind for pair, kind in last.items() if kind != "withdrawn"}


def test_each_change_of_what_is_in_force_changes_the_fingerprint(tmp_path: Path) -> None:
    told = [read_rulings(tmp_path).fingerprint]
    for kind in ("must_link", "cannot_link", "withdrawn"):
        append_rulings(tmp_path, [ruling(kind)])
        told.append(read_rulings(tmp_path).fingerprint)
    assert told[3] == told[0] == ""
    assert len(set(told)) == 3


@given(st.integers(1, 200))
def test_a_line_that_broke_off_takes_no_other_with_it(
    tmp_path_factory: pytest.TempPathFactory, kept: int
) -> None:
    root = tmp_path_factory.mktemp("log")
    append_rulings(root, [ruling()])
    whole = (root / LOG).read_bytes()
    torn = whole + whole[: min(kept, len(whole) - 2)]
    (root / LOG).write_bytes(torn)
    assert read_rulings(root).broken_lines == (2,)
    append_rulings(root, [ruling("cannot_link", "crm:8", "crm:9")])
    found = read_rulings(root)
    assert [one.left for one in found.said] == ["crm:1", "crm:8"]
    assert found.broken_lines == (2,)


def _append_many(root: Path, writer: int) -> None:
    for number in range(60):
        pair = (f"crm:{writer}", f"crm:{number + 100}")
        append_rulings(root, [make_ruling("must_link", pair, by="k" * 80, at=AT, note="n" * 400)])


def test_people_may_rule_at_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_append_many, args=(tmp_path, n)) for n in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    found = read_rulings(tmp_path)
    assert {one.pair for one in found.said} == {
        (f"crm:{min((str(w), str(n)))}", f"crm:{max((str(w), str(n)))}")
        for w in range(2) for n in range(100, 160)
    }  # fmt: skip
    assert len(found.said) == 120
    assert found.broken_lines == ()


BAD = {
    "no JSON": "must_link}",
    "a JSON object": "[1]",
    "2 keys that are not of a ruling": {"x": "secret@x.org", "y": "1"},
    "`left` is missing": {"left": ""},
    "`ruling` is none of": {"ruling": "maybe"},
    "are source:key each": {"right": "secret@x.org"},
    "are the same record": {"right": "crm:1"},
    "`ruled_at` is no ISO instant": {"ruled_at": "yesterday"},
    "`ruled_by` is not one line": {"ruled_by": "k\nim"},
    "`note` is no text": {"note": 5},
    "`note` is longer than 500": {"note": "n" * 501},
}
GOOD = {"ruling": "must_link", "left": "crm:1", "right": "crm:2", "ruled_by": "kim",
        "ruled_at": "2026-03-04T05:06:07+02:00"}  # fmt: skip


@pytest.mark.parametrize("said", BAD, ids=str)
def test_a_whole_line_that_is_no_ruling_is_named_without_its_values(
    tmp_path: Path, said: str
) -> None:
    wrong = BAD[said]
    line = json.dumps({**GOOD, **wrong}) if isinstance(wrong, dict) else wrong
    (tmp_path / LOG).parent.mkdir()
    (tmp_path / LOG).write_text(f"{json.dumps(GOOD)}\n\n{line}\n", encoding="utf-8")
    with pytest.raises(ProjectError) as error:
        read_rulings(tmp_path)
    (fault,) = error.value.faults
    assert (fault.file, fault.line) == ("rulings/rulings.jsonl", 3)
    assert said in fault.message
    assert "secret" not in str(error.value)


def test_an_instant_with_a_zone_is_read_as_utc(tmp_path: Path) -> None:
    (tmp_path / LOG).parent.mkdir()
    (tmp_path / LOG).write_text(json.dumps(GOOD), encoding="utf-8")
    assert read_rulings(tmp_path).said[0].ruled_at == datetime(2026, 3, 4, 3, 6, 7)
