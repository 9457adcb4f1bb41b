"""Rules on whole deliveries: they cry at what was broken, and at nothing else."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.project import Source
from cdp.quality.batches import LAST
from cdp.quality.drifting import MIN_STATED, Batch, Figures, judge_batch
from tests.quality.batch_world import DAILY_YAML, HEADER, broken, delivery, note, rows
from tests.quality.world import World
from tools.rules import PAGE

LISTED = Source.model_validate(
    {
        "source": "s", "path": "inbox/*.csv", "holds": "people", "record_key": "id",
        "person": {"email": "mail"},
    }
)  # fmt: skip


BROKEN: dict[str, Callable[[int], dict[str, str]]] = {
    "nothing": lambda day: delivery(day, rows(day, 300)),
    "few rows": lambda day: delivery(day, rows(day, 60)),
    "many rows": lambda day: delivery(day, rows(day, 900)),
    "a new column": lambda day: delivery(day, rows(day, 300), header=(*HEADER, "colour")),
    "a column less": lambda day: delivery(day, rows(day, 300), header=HEADER[:-1]),
    "another kind": lambda day: delivery(
        day, [{**row, "note": str(n)} for n, row in enumerate(rows(day, 300))]
    ),
    "blanks": lambda day: delivery(
        day, [row if n % 2 else {**row, "mail": ""} for n, row in enumerate(rows(day, 300))]
    ),
    "another mix": lambda day: delivery(day, [{**row, "kind": "visit"} for row in rows(day, 300)]),
}
TOLD: dict[str, dict[str, str]] = {
    "nothing": {},
    "few rows": {"row_count_is_usual": "60 rows came; 150 to 600 are usual (the last 4 had"},
    "many rows": {"row_count_is_usual": "900 rows came; 150 to 600 are usual"},
    "a new column": {"columns_are_not_new": "column `colour` is new (0% of rows state it)"},
    "a column less": {
        "columns_are_not_gone": "column `note` is gone (each of the last 4 deliveries had it)"
    },
    "another kind": {"columns_keep_their_kind": "column `note` holds numbers, text before"},
    "blanks": {"blank_shares_are_usual": "`emails` is blank in 5"},
    "another mix": {"category_mixes_are_usual": "the mix of `event_type` moved most at `visit`"},
}


@pytest.fixture(scope="module")
def deliveries(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, list[str], dict[str, str]]:
    """A world, its four ordinary days, and a day of each fault."""
    world = World(tmp_path_factory.mktemp("daily"), (DAILY_YAML,))
    files: dict[str, str] = {}
    for day in range(1, 5):
        files |= delivery(day, rows(day, 300))
    for day, told in enumerate(BROKEN.values(), start=5):
        files |= told(day)
    ids = note(world, files)
    return world, ids[:4], dict(zip(BROKEN, ids[4:], strict=True))


@pytest.mark.parametrize(("fault", "expected"), TOLD.items())
def test_each_fault_breaks_its_own_rule_and_no_other(
    deliveries: tuple[World, list[str], dict[str, str]], fault: str, expected: dict[str, str]
) -> None:
    world, usual, days = deliveries
    found = broken(world, [*usual, days[fault]])
    assert set(found) == set(expected)
    for rule, words in expected.items():
        assert found[rule].startswith(words)
        assert ". " in found[rule], "it says what to do"


def test_a_column_whose_name_looks_like_a_value_is_told_by_its_place() -> None:
    def batch(name: str, *columns: str) -> Batch:
        figures = Figures(60, 60, "text", 1.0, None)
        return Batch(name, 60, True, {("file", column): figures for column in columns})

    earlier = [batch(f"d{day}", "id", "column 2") for day in range(3)]
    results = judge_batch(batch("e", "id", "column 3"), earlier, LISTED)
    told = [r.message for r in results if not r.passed]
    assert [one.partition(" (")[0] for one in told] == ["column 3 is new", "column 2 is gone"]


def _days(seed: int, count: int, size: int) -> list[Batch]:
    """Deliveries of one kind that differ by chance alone."""
    dice = random.Random(seed)
    blank, weights = dice.random(), [dice.random() + 0.02 for _ in range(dice.randint(2, 8))]
    found = []
    for day in range(count):
        drawn = max(int(size * dice.uniform(0.75, 1.3)), 1)
        stated = sum(dice.random() >= blank for _ in range(drawn))
        picked = dice.choices(range(len(weights)), weights, k=drawn)
        shares = {f"w{w}": picked.count(w) / drawn for w in sorted({*picked})}
        columns = {
            ("file", "x"): Figures(drawn, stated, "text", 1.0, None),
            ("canonical", "event_type"): Figures(drawn, drawn, "text", 1.0, shares),
        }
        found.append(Batch(f"d{day}", drawn, True, columns))
    return found


def test_random_quiet_series_cry_never() -> None:
    alarms = []
    for seed in range(150):
        series = _days(seed, 22, size=(40, 120, 400, 1500)[seed % 4] if seed % 10 else 250)
        for day in range(1, len(series)):
            results = judge_batch(series[day], series[max(0, day - LAST) : day], LISTED)
            alarms += [(seed, day, r.message) for r in results if not r.passed]
    assert not alarms, f"{len(alarms)} in {150 * 21} deliveries"


@given(st.integers(0, 49), st.integers(0, 2))
def test_small_things_never_cry(size: int, earlier: int) -> None:
    few = [Batch("d", size, True, {("file", "x"): Figures(size, 0, None, None, None)})] * 9
    other = Batch("e", 5000, True, {("file", "y"): Figures(5000, 5000, "text", 1.0, None)})
    assert judge_batch(other, few, LISTED) == []
    assert judge_batch(other, [other] * earlier, LISTED) == []


@pytest.mark.parametrize("stated", [199, 200])
def test_a_mix_is_judged_from_so_many_values_on_as_the_page_of_rules_says(stated: int) -> None:
    def batch(name: str, shares: dict[str, float]) -> Batch:
        figures = Figures(stated, stated, "text", 1.0, shares)
        return Batch(name, stated, True, {("canonical", "event_type"): figures})

    earlier = [batch(f"d{day}", {"order": 0.5, "visit": 0.5}) for day in range(3)]
    results = judge_batch(batch("e", {"order": 1.0}), earlier, LISTED)
    (mix,) = [r for r in results if r.rule.name == "category_mixes_are_usual"]
    assert (mix.passed, mix.rows_checked) == ((False, 1) if stated >= MIN_STATED else (True, 0))
    assert f"From {MIN_STATED} rows with a value on" in PAGE.read_text(encoding="utf-8")


CHECKS = (
    "select delivery_id, rule, severity, passed, rows_checked, rows_failed, message "
    "from ops.checks order by all"
)
FILES = {
    **delivery(1, rows(1, 80)), **delivery(2, rows(2, 90)), **delivery(3, rows(3, 70)),
    **delivery(4, rows(4, 20)),
    **delivery(5, [{**row, "mail": ""} for row in rows(5, 400)], header=(*HEADER, "new")),
    **delivery(6, rows(6, 75)),
}  # fmt: skip


def test_any_order_of_arrival_and_cleaning_again_tell_the_same(tmp_path: Path) -> None:
    once = World(tmp_path / "once", (DAILY_YAML,))
    once.clean(FILES)
    expected = once.table(CHECKS)
    assert not expected["passed"].all()
    parts = World(tmp_path / "parts", (DAILY_YAML,))
    names = list(FILES)
    for part in ((5, 1, 4), (3, 0, 2)):
        parts.clean({names[n]: FILES[names[n]] for n in part})
    assert parts.table(CHECKS).equals(expected)


def test_a_drift_is_critical_only_where_the_contract_says_so(tmp_path: Path) -> None:
    for words, held in (("drift: critical\n", 2), ("drift: none\n", 0)):
        world = World(tmp_path / str(held), (DAILY_YAML + words,))
        (cleaning,) = world.clean(FILES)
        assert len(cleaning.held) == held
        names = {rule for (rule,) in world.rows("select distinct rule from ops.checks")}
        assert ("row_count_is_usual" in names) == bool(held)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("{min: 5}", None),
        ("{min: 6}", "5 rows came, at least 6 are expected. Ask for the whole file"),
        ("{min: 1, max: 4}", "5 rows came, at most 4 are expected"),
    ],
)
def test_the_contract_says_how_many_rows_come(
    tmp_path: Path, words: str, expected: str | None
) -> None:
    world = World(tmp_path, (DAILY_YAML + f"expect_rows: {words}\n",))
    found = broken(world, note(world, delivery(1, rows(1, 5))))
    assert (found == {}) == (expected is None)
    assert found.get("row_count_is_expected", "").startswith(expected or "")


def test_too_few_rows_hold_the_file_where_that_is_critical(tmp_path: Path) -> None:
    world = World(tmp_path, (DAILY_YAML + "expect_rows: {min: 6, severity: critical}\n",))
    (cleaning,) = world.clean({**delivery(1, rows(1, 5)), **delivery(2, rows(2, 6))})
    assert len(cleaning.held) == 1
    assert set(world.rows("select verdict, count(*) from clean.rows group by all")) == {
        ("held", 5), ("accepted", 6)
    }  # fmt: skip
