"""The catalogue of rules, run by Great Expectations: which rows fall, by which rule, and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from cdp.errors import DeliveryHeldError
from cdp.quality import frames
from tests.quality.world import (
    CDP_YAML,
    EVENTS_YAML,
    PEOPLE_YAML,
    World,
    events,
    people,
    with_rules,
)

REASONS = {
    3: ("touchpoint_key_is_present", "the touchpoint key is missing"),
    4: (
        "occurred_at_is_an_instant",
        "the time of the event is missing or cannot be read",
    ),
    5: ("occurred_at_is_plausible", "the event is before 1990 or after the run"),
    6: ("occurred_at_is_plausible", "the event is before 1990 or after the run"),
    7: ("amount_is_a_number", "the amount is not a number"),
    8: ("row_is_readable", "1 columns where the header names 5"),
}
BAD_EVENTS = [
    ",2026-01-02,5,4,b@example.com",
    "3,soon,5,4,c@example.com",
    "4,1980-01-02,5,4,d@example.com",
    "5,2027-01-02,5,4,e@example.com",
    "6,2026-01-02,five,4,f@example.com",
    "7",
]
SOUND_EVENTS = [f"{10 + i},2026-01-{10 + i},5,4,x{i}@example.com" for i in range(6)]


def shop(folder: Path, *, cdp: str = CDP_YAML, source: str = EVENTS_YAML) -> World:
    return World(folder, (source,), cdp)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Events of every fault; the source tolerates what its project does not."""
    source = EVENTS_YAML + (
        "max_rejected_share: 0.5\nset_aside: [{reason: bot, column: mail, matches: ^bot@}]\n"
    )
    world = shop(tmp_path_factory.mktemp("shop"), cdp=CDP_YAML.replace("0.5", "0.0"), source=source)
    world.clean(
        {
            "shop_20260105.csv": events(
                "1,2026-01-02,5,good,a@example.com",
                *BAD_EVENTS,
                ",soon,five,4,g@example.com",
                ",soon,five,good,bot@example.com",
                *SOUND_EVENTS,
            )
        }
    )
    return world


def test_each_broken_rule_quarantines_its_row_with_reason_and_text(judged: World) -> None:
    kept = judged.rows("select source_row, rule, reason, raw from clean.quarantine order by all")
    assert [found for found in kept if found[0] in REASONS] == [
        (row, *REASONS[row], BAD_EVENTS[row - 3] + "\n") for row in sorted(REASONS)
    ]
    verdicts = judged.verdicts()
    assert verdicts[2] == verdicts[11] == ("accepted", None)
    for row, (rule, _) in REASONS.items():
        assert verdicts[row] == ("quarantined", rule)


def test_of_several_broken_rules_the_first_by_name_is_the_reason_and_all_are_kept(
    judged: World,
) -> None:
    rules = ["amount_is_a_number", "occurred_at_is_an_instant", "touchpoint_key_is_present"]
    assert judged.verdicts()[9] == ("quarantined", rules[0])
    kept = judged.rows("select rule from clean.quarantine where source_row = 9 order by rule")
    assert [rule for (rule,) in kept] == rules


def test_times_of_any_year_are_judged_alike(tmp_path: Path) -> None:
    """Nanoseconds hold the years 1678 to 2261, and a time beyond would pass for another one."""
    times = ("2026-01-02", "1989-12-31", "1990-01-01", "2026-07-01 12:00:00.000001", "2026-07-01")
    beyond = ("9999-12-31", "1066-10-14", "2554-07-21 23:34:33.709552")
    world = shop(tmp_path, cdp=CDP_YAML.replace("0.5", "1.0"))
    rows = [f"{i},{time},5,4,a@example.com" for i, time in enumerate([*times, *beyond])]
    # The first file alone fits, and is judged as a column.
    for name, some in (("1", rows[: len(times)]), ("2", rows)):
        world.clean({f"shop_2026010{name}.csv": events(*some)})
        kept = world.rows(
            "select source_row - 2 from clean.rows where verdict = 'accepted' and source_file like "
            f"'%{name}.csv' order by 1"
        )
        assert [place for (place,) in kept] == [0, 2, 4]


def test_a_warning_rejects_nothing_and_is_counted(judged: World) -> None:
    assert judged.verdicts()[2] == ("accepted", None)
    assert judged.checks("score_is_a_number") == [("warning", False, 13, 1)]
    assert judged.rows("select score from clean.rows where source_row = 2") == [(None,)]
    assert judged.rows("select distinct severity from clean.quarantine") == [("critical",)]


def test_rows_set_aside_break_no_rule(judged: World) -> None:
    assert judged.verdicts()[10] == ("set_aside", "bot")
    assert judged.checks("amount_is_a_number") == [("critical", True, 13, 2)]


def test_a_useless_mailbox_is_counted_and_costs_no_row(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.clean({"list_20260101.csv": people("1,test@test.com,Ann,", "2,b@example.com,Bo,")})
    assert set(world.verdicts().values()) == {("accepted", None)}
    assert world.checks("emails_are_usable") == [("info", True, 2, 1)]


def test_a_throw_away_mailbox_is_told_and_kept(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.clean({"list_20260101.csv": people("1,ann@mailinator.com,Ann,", "2,b@example.com,Bo,")})
    assert world.checks("emails_are_lasting") == [("info", True, 2, 1)]
    assert world.rows("select emails from mapped.checked order by source_row") == [
        (["ann@mailinator.com"],),
        (["b@example.com"],),
    ]


def test_a_source_may_be_of_another_country_than_its_project(tmp_path: Path) -> None:
    british = (
        PEOPLE_YAML.replace("email: mail", "email: mail, phone: first") + "default_region: GB\n"
    )
    world = World(tmp_path, sources=(british,))
    world.clean({"list_20260101.csv": people("1,a@example.com,020 7946 0123,")})
    assert world.rows("select phones from mapped.checked") == [(["+442079460123"],)]


def test_a_cell_of_several_mailboxes_gives_them_all_and_none_of_them_hides_a_useless_one(
    tmp_path: Path,
) -> None:
    both = PEOPLE_YAML.replace("email: mail", "email: [mail, first]")
    world = World(tmp_path, sources=(both,))
    world.clean(
        {"list_20260101.csv": people('1,"a@example.com; b@example.com",a@b,', "2,c@example.com,,")}
    )
    assert world.rows("select emails, emails_refused from mapped.checked order by source_row") == [
        (["a@example.com", "b@example.com"], 1),
        (["c@example.com"], 0),
    ]
    assert world.checks("emails_are_usable") == [("info", True, 2, 1)]


def test_one_bad_delivery_is_held_and_the_others_go_on(tmp_path: Path) -> None:
    world = shop(tmp_path, cdp=CDP_YAML.replace("0.5", "0.1"))
    (cleaning,) = world.clean(
        {
            "shop_20260105.csv": events(*SOUND_EVENTS[:3], *BAD_EVENTS[:1]),
            "shop_20260106.csv": events(*SOUND_EVENTS[3:]),
        }
    )
    found = world.rows(
        "select source_file, verdict, count(*) from clean.rows group by all order by all"
    )
    assert found == [
        ("inbox/shop_20260105.csv", "held", 3),
        ("inbox/shop_20260105.csv", "quarantined", 1),
        ("inbox/shop_20260106.csv", "accepted", 3),
    ]
    assert len(cleaning.held) == 1
    states = world.rows("select status, reason from ops.deliveries order by source_file")
    assert [status for status, _ in states] == ["held", "accepted"]
    assert "1 of 4 rows (25.0%), 10.0% tolerated" in str(states[0][1])


def test_the_tolerated_share_itself_is_tolerated(tmp_path: Path) -> None:
    world = shop(tmp_path, cdp=CDP_YAML.replace("0.5", "0.2"))
    world.clean(
        {
            "shop_20260105.csv": events(*SOUND_EVENTS[:4], *BAD_EVENTS[:1]),
            "shop_20260106.csv": events(*SOUND_EVENTS[:3], *BAD_EVENTS[:1] * 2),
        }
    )
    states = world.rows("select status from ops.deliveries order by source_file")
    assert states == [("accepted",), ("held",)]


def test_a_file_without_its_key_column_is_held_with_the_nearest_name(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.clean({"list_20260101.csv": people("1,a@example.com,Ann,").replace("id,", "idd,")})
    (reason,) = world.rows("select reason from ops.deliveries where status = 'held'")
    assert "column `id` is not in the file (nearest: `idd`)" in str(reason[0])


def test_stop_ends_the_run_without_a_trace_of_the_batch_or_a_cell_in_the_error(
    tmp_path: Path,
) -> None:
    world = shop(tmp_path, cdp=CDP_YAML.replace("0.5", "0.1, on_critical: stop"))
    secret = "1,secret,secret,secret,secret@example.com"
    with pytest.raises(DeliveryHeldError, match="the amount is not a number: 1 of 4") as raised:
        world.clean({"shop_20260105.csv": events(*SOUND_EVENTS[:3], secret)})
    assert "secret" not in str(raised.value)
    assert world.engine.count("clean.rows") == world.engine.count("ops.checks") == 0
    assert world.rows("select status from ops.deliveries") == [("landed",)]


def test_cleaning_again_replaces_what_was_judged_before(tmp_path: Path) -> None:
    file = {"list_20260101.csv": people("1,a@example.com,Ann,", ",b@example.com,Bo,")}
    tables = ("clean.rows", "clean.quarantine", "ops.checks")
    world = World(tmp_path)
    world.clean(file)
    before = [world.table(f"from {table} order by all") for table in tables]
    world.engine.connection.execute("delete from ops.deliveries")
    world.clean(file)
    after = [world.table(f"from {table} order by all") for table in tables]
    assert all(one.equals(other) for one, other in zip(before, after, strict=True))


RULES = (
    "expect: ExpectColumnValuesToBeBetween, column: stars, max_value: 5, name: range",
    "expect: ExpectColumnValuesToBeUnique, column: emails, name: unique",
    "expect: ExpectColumnValuesToMatchRegex, column: given_name, regex: '^[A-C]', name: regex",
    "expect: ExpectColumnMeanToBeBetween, column: stars, max_value: 3, name: mean",
)


def test_borders_of_chunks_change_no_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        "list_20260101.csv": people(
            *("1,a@example.com,Ann,5", "2,b@example.com,Di,9", ",c@example.com,Bo,", "4"),
            *("5,a@example.com,Cy,1", "6,f@example.com,Ed,2", "7,g@example.com,Al,7"),
        ),
        "list_20260102.csv": people("1,a@example.com,Ann,5", "2,h@example.com,Di,9"),
    }

    def judged(name: str) -> tuple[object, ...]:
        world = World(tmp_path / name, (with_rules(PEOPLE_YAML, *RULES),))
        world.clean(files)
        tables = ("ops.checks", "clean.quarantine", "clean.rows")
        return tuple(world.rows(f"from {table} order by all") for table in tables)

    at_once = judged("whole")
    monkeypatch.setattr(frames, "CHUNK_ROWS", 3)
    assert judged("chunks") == at_once


@pytest.fixture(scope="module")
def secret_run(tmp_path_factory: pytest.TempPathFactory) -> World:
    rules = tuple(f"{rule}, severity: critical, tolerated_share: 1.0" for rule in RULES)
    world = World(tmp_path_factory.mktemp("secret"), (with_rules(PEOPLE_YAML, *rules),))
    row = "secret-key,secret@example.com,Secretia,secretstar"
    world.clean(
        {"list_20260101.csv": people(row, row, "secret-lone", ",secret@example.com,,secret")}
    )
    return world


@pytest.mark.parametrize("table", ["ops.checks", "ops.deliveries"])
def test_no_cell_stands_in_checks_and_deliveries(secret_run: World, table: str) -> None:
    assert "secret" not in str(secret_run.rows(f"from {table}")).lower()
    failed = secret_run.rows("select count(*) from ops.checks where rows_failed > 0")
    assert failed == [(6,)]


def test_no_cell_stands_in_the_reason_of_a_rejected_row(secret_run: World) -> None:
    reasons = secret_run.rows("select distinct rule, severity, reason from clean.quarantine")
    assert len(reasons) == 5
    assert "secret" not in str(reasons).lower()
    texts = secret_run.rows("select raw from clean.quarantine")
    assert all("secret" in str(text) for (text,) in texts)
