"""Expectations that a user writes: on attributes, canonical columns, and whole deliveries."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cdp.errors import ContractError
from tests.quality.world import EVENTS_YAML, PEOPLE_YAML, World, events, people, with_rules

PEOPLE = [
    "1,a@example.com,Ann,5",
    "2,b@example.com,Bo,many",
    "3,,Cy,",
    "4,d@example.com,Di,nan",
    "5,e@example.com,Ed,9",
    "6,a@example.com,,2",
]


# Rule -> the lines of PEOPLE at fault.
ON_ROWS = {
    # Attributes are text; who compares with numbers sees numbers, and no number is a failure.
    "expect: ExpectColumnValuesToBeBetween, column: stars, max_value: 5": [3, 5, 6],
    "expect: ExpectColumnValuesToBeBetween, column: stars, min_value: 3": [3, 5, 7],
    "expect: ExpectColumnValuesToBeBetween, column: stars, min_value: 3, max_value: 8": [
        3,
        5,
        6,
        7,
    ],
    "expect: ExpectColumnValuesToBeInSet, column: stars, value_set: [2, 5, 9]": [3, 5],
    "expect: ExpectColumnValuesToBeInSet, column: stars, value_set: ['2', many]": [2, 5, 6],
    "expect: ExpectColumnValueLengthsToBeBetween, column: stars, max_value: 1": [3, 5],
    "expect: ExpectColumnValuesToMatchRegex, column: stars, regex: '^[0-9]$'": [3, 5],
    "expect: ExpectColumnValuesToNotBeNull, column: stars": [4],
    # Lists are seen as one text, empty ones as nothing.
    "expect: ExpectColumnValuesToNotBeNull, column: emails": [4],
    "expect: ExpectColumnValuesToBeUnique, column: emails": [2, 7],
    "expect: ExpectColumnValuesToNotBeNull, column: given_name": [7],
    # Rules over several columns.
    "expect: ExpectColumnPairValuesToBeEqual, column_A: given_name, column_B: stars": [
        *range(2, 8)
    ],
    "expect: ExpectCompoundColumnsToBeUnique, column_list: [emails, record_key]": [],
}

# Rule -> whether PEOPLE keep it.
ON_THE_WHOLE = {
    "expect: ExpectTableRowCountToBeBetween, min_value: 5": True,
    "expect: ExpectTableRowCountToBeBetween, min_value: 7": False,
    "expect: ExpectColumnProportionOfUniqueValuesToBeBetween, column: stars, min_value: 1": True,
    "expect: ExpectColumnMeanToBeBetween, column: stars, max_value: 9": False,
}


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> World:
    """PEOPLE under all the rules above, each called by itself."""
    rules = [f'{rule}, name: "{rule}"' for rule in (*ON_ROWS, *ON_THE_WHOLE)]
    rules = [f"{rule}, severity: critical, tolerated_share: 1.0" for rule in rules]
    world = World(tmp_path_factory.mktemp("own"), (with_rules(PEOPLE_YAML, *rules),))
    world.clean({"list_20260101.csv": people(*PEOPLE)})
    return world


@pytest.mark.parametrize(("rule", "lines"), ON_ROWS.items())
def test_a_rule_on_rows_rejects_the_rows_that_break_it(
    judged: World, rule: str, lines: list[int]
) -> None:
    found = judged.rows("select rule, source_row from clean.quarantine order by all")
    assert [row for name, row in found if name == rule] == lines


@pytest.mark.parametrize(("rule", "is_kept"), ON_THE_WHOLE.items())
def test_a_rule_on_the_whole_is_kept_or_not(judged: World, rule: str, is_kept: object) -> None:
    assert [failed for *_, failed in judged.checks(rule)] == [0 if is_kept else 1]


def test_a_broken_rule_on_the_whole_holds_the_whole(tmp_path: Path) -> None:
    rule = "expect: ExpectTableRowCountToBeBetween, min_value: 7, severity: critical"
    world = World(tmp_path, (with_rules(PEOPLE_YAML, rule),))
    world.clean({"list_20260101.csv": people(*PEOPLE)})
    assert set(world.verdicts().values()) == {("held", "delivery_held")}


def test_a_rule_on_the_whole_looks_at_one_delivery_at_a_time(tmp_path: Path) -> None:
    rule = "expect: ExpectColumnValuesToBeUnique, column: record_key, name: own, severity: critical"
    count = "expect: ExpectTableRowCountToEqual, value: 1, name: one, severity: critical"
    world = World(tmp_path, (with_rules(PEOPLE_YAML, rule, count),))
    (cleaning,) = world.clean(
        {"list_20260101.csv": people(PEOPLE[0]), "list_20260102.csv": people(PEOPLE[0])}
    )
    assert not cleaning.held


def test_a_delivery_without_a_readable_row_stops_no_other(tmp_path: Path) -> None:
    rule = "expect: ExpectColumnMeanToBeBetween, column: stars, max_value: 9, name: own"
    world = World(tmp_path, (with_rules(PEOPLE_YAML, rule),))
    world.clean({"list_20260101.csv": people("1", "2"), "list_20260102.csv": people(PEOPLE[0])})
    assert world.checks("own") == [("warning", False, 1, 1), ("warning", True, 1, 0)]


def test_an_own_rule_holds_by_its_own_share(tmp_path: Path) -> None:
    rule = "expect: ExpectColumnValuesToBeBetween, column: stars, max_value: 5, severity: critical"
    world = World(tmp_path, (with_rules(PEOPLE_YAML, f"{rule}, tolerated_share: 0.5"),))
    (cleaning,) = world.clean(
        {"list_20260101.csv": people(*PEOPLE[:2]), "list_20260102.csv": people(*PEOPLE[:5])}
    )
    assert len(cleaning.held) == 1
    assert world.rows("select source_file from ops.deliveries where status = 'held'") == [
        ("inbox/list_20260102.csv",)
    ]


def test_times_money_and_scores_compare_as_what_they_are(tmp_path: Path) -> None:
    lines = {
        "column: occurred_at, min_value: '2026-01-02'": [2],
        "column: occurred_at, max_value: '2026-01-02T02:00:00+02:00'": [4],
        "column: amount, max_value: 9.5": [3],
        "column: score, min_value: 2": [2],
    }
    rules = (f'expect: ExpectColumnValuesToBeBetween, {rule}, name: "{rule}"' for rule in lines)
    world = World(tmp_path, (with_rules(EVENTS_YAML, *rules),))
    rows = ["1,2026-01-01,$9.50,1,", "2,2026-01-02,10,2,", "3,2026-01-03,9,,"]
    world.clean({"shop_20260105.csv": events(*rows)})
    found = world.rows("select rule, sample_rows from ops.checks where rows_failed > 0")
    assert {str(rule): json.loads(str(sample)) for rule, sample in found} == lines


@pytest.mark.parametrize(
    ("rule", "complaint"),
    [
        ("expect: ExpectColumnValuesToNotBeNull, column: nonsense", "unknown columns: nonsense"),
        ("expect: ExpectColumnValuesToNotBeNull, column: mail", "unknown columns: mail"),
        (
            "expect: ExpectCompoundColumnsToBeUnique, column_list: [stars, nonsense]",
            "unknown columns: nonsense",
        ),
        ("expect: ExpectColumnValuesToBeNice, column: stars", "unknown expectation"),
        (
            "expect: ExpectColumnValuesToBeInSet, column: stars, nonsense: 1",
            "refuses its arguments",
        ),
        (
            "expect: ExpectColumnMeanToBeBetween, column: given_name, min_value: 1",
            "missing or of another type",
        ),
    ],
)
def test_a_rule_that_cannot_run_is_refused_by_its_name(
    tmp_path: Path, rule: str, complaint: str
) -> None:
    with pytest.raises(ContractError, match=complaint) as raised:
        World(tmp_path, (with_rules(PEOPLE_YAML, f"{rule}, name: own"),)).clean(
            {"list_20260101.csv": people(*PEOPLE)}
        )
    assert "`own`" in str(raised.value)
    assert "example.com" not in str(raised.value)
