"""Figures of a delivery's columns, beside another library that reads the same file."""

from __future__ import annotations

import json
import random
from io import StringIO
from pathlib import Path

import polars as pl
import pytest

from cdp.quality import batches
from tests.quality.batch_world import DAILY_YAML, delivery, note, rows
from tests.quality.world import World

FIGURES = "select * from ops.batch_columns where place = '{}' order by \"column\""
CELLS = [
    "",
    " ",
    "a",
    "A",
    "7",
    "-7.5",
    "1,2",
    "2026-01-05",
    "5.6.2026",
    "yes",
    "[1]",
    "Zoë",
    "x y",
]


def test_figures_of_a_file_are_those_that_another_reader_finds(tmp_path: Path) -> None:
    dice = random.Random(7)
    files: dict[str, str] = {}
    for day in range(1, 13):
        told = [
            {**row, "note": f'"{dice.choice(CELLS)}"', "level": f'"{dice.choice(CELLS[:day])}"'}
            for row in rows(day, dice.randint(1, 40))
        ]
        files |= delivery(day, told)
    world = World(tmp_path, (DAILY_YAML,))
    ids = note(world, files)
    figures = world.table(FIGURES.format("file"))
    for delivery_id, text in zip(ids, files.values(), strict=True):
        frame = pl.read_csv(StringIO(text), infer_schema=False)
        stated = {
            n: frame[n].str.strip_chars().replace("", None).drop_nulls() for n in frame.columns
        }
        assert {
            row["column"]: (row["rows"], row["stated"], row["distinct_values"])
            for row in figures.filter(delivery_id=delivery_id).to_dicts()
        } == {name: (frame.height, len(v), v.n_unique()) for name, v in stated.items()}


def test_the_kind_is_that_of_most_values(tmp_path: Path) -> None:
    values = {
        "number": ["7", "-7.5", "1.000,50", "2e5", "x"], "time": ["2026-01-05", "5.6.2026", "7"],
        "boolean": ["yes", "False", "n", "7"], "nested": ["[1]", "{}", "7"],
        "text": ["518-555-0172", "7 days", "", "7"],
    }  # fmt: skip
    world = World(tmp_path, (DAILY_YAML,))
    files: dict[str, str] = {}
    for day, cells in enumerate(values.values(), start=1):
        told = [{**row, "note": f'"{c}"'} for row, c in zip(rows(day, 9), cells, strict=False)]
        files |= delivery(day, told)
    ids = note(world, files)
    found = world.table(FIGURES.format("file")).filter(column="note")
    kinds = dict(zip(found["delivery_id"], found["kind"], strict=True))
    assert [kinds[one] for one in ids] == list(values)


def test_what_the_contract_reads_is_counted_after_reading(tmp_path: Path) -> None:
    world = World(tmp_path, (DAILY_YAML,))
    told = [{**row, "mail": "none", "total": "12"} for row in rows(1, 5)]
    note(world, delivery(1, [*told[:3], {**told[3], "mail": "p@example.com"}, {"id": "9"}]))
    found = {row["column"]: row for row in world.table(FIGURES.format("canonical")).to_dicts()}
    assert (found["emails"]["rows"], found["emails"]["stated"]) == (5, 1)
    assert (found["occurred_at"]["stated"], found["occurred_at"]["kind"]) == (4, "time")
    assert (found["amount"]["kind"], found["amount"]["distinct_values"]) == ("number", 1)


def test_a_large_file_is_looked_at_in_part_and_always_the_same_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "MOST_ROWS", 500)
    found = []
    for folder in ("one", "other"):
        world = World(tmp_path / folder, (DAILY_YAML,))
        note(world, delivery(1, rows(1, 5000)))
        found.append(world.table("select * from ops.batch_columns order by all"))
    assert found[0].equals(found[1])
    (level,) = found[0].filter(place="canonical", column="emails").to_dicts()
    assert 400 < level["rows"] < 600
    assert level["stated"] / level["rows"] == pytest.approx(0.9, abs=0.05)


def test_shares_are_of_words_that_tell_nothing_of_a_person(tmp_path: Path) -> None:
    world = World(tmp_path, (DAILY_YAML.replace("level: level", "level: level, mail: mail"),))
    told = rows(1, 300)
    told[0] |= {"kind": "rare"}
    note(world, delivery(1, told))
    mixes = {
        row["column"]: json.loads(row["shares"])
        for row in world.table(
            "select * from ops.batch_columns where shares is not null"
        ).to_dicts()
    }
    assert set(mixes) == {"channel", "event_type", "level"}
    assert set(mixes["event_type"]) == {"order", "return", "visit", "(rare)"}
    assert all(word.startswith("#") for word in mixes["level"])
    assert all(sum(mix.values()) == pytest.approx(1, abs=1e-5) for mix in mixes.values())


@pytest.mark.parametrize("value", ["secret@x.org", "212 555 0141", "Kate Marsh called, " * 3])
def test_one_value_that_may_be_personal_hides_its_column(tmp_path: Path, value: str) -> None:
    world = World(tmp_path, (DAILY_YAML,))
    told = rows(1, 300)
    told[7] |= {"kind": f'"{value}"', "level": f'"{value}"'}
    note(world, delivery(1, told, header=(*told[0], "ann@example.org")))
    said = str(world.table("select * from ops.batch_columns").to_dicts())
    assert value not in said
    assert "@" not in said
    shown = world.rows('select "column" from ops.batch_columns where shares is not null')
    assert shown == [("channel",)]


@pytest.mark.parametrize("value", ["ann@example.org", "518-555-0172", "3.4.26"])
def test_a_header_that_is_a_row_is_told_by_places(tmp_path: Path, value: str) -> None:
    world = World(tmp_path, (DAILY_YAML,))
    told = [{**row, value: "x"} for row in rows(1, 5)]
    note(world, delivery(1, told, header=("Ann Lee", *told[0])))
    shown = [row["column"] for row in world.table(FIGURES.format("file")).to_dicts()]
    assert shown == [f"column {place}" for place in range(1, 10)]


def test_a_name_that_looks_like_a_value_is_told_by_its_place(tmp_path: Path) -> None:
    world = World(tmp_path, (DAILY_YAML,))
    told = [{**row, "Sales 2026": "7", "column 1": "x"} for row in rows(1, 5)]
    note(world, delivery(1, told, header=("Sales 2026", "id", "column 1")))
    found = {row["column"]: row["kind"] for row in world.table(FIGURES.format("file")).to_dicts()}
    assert found == {"column 1": "text", "id": "text"}
