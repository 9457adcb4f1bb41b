"""Folding: what becomes of every row, which versions of a person there were, and who has left."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from cdp.quality import fold_rows
from tests.quality.world import CDP_YAML, EVENTS_YAML, World, events

LIST_YAML = """
source: list
path: inbox/list_*.csv
holds: people
record_key: id
observed_at: seen
delivered_at: {from_name: "%Y%m%d"}
person: {email: mail, given_name: first}
attributes: {stars: stars}
expect: [{expect: ExpectColumnValuesToBeBetween, column: stars, max_value: 5, severity: critical,
          tolerated_share: 0.5}]
set_aside: [{reason: agent, column: first, matches: ^Agent$}]
"""
WHOLE_LIST_YAML = LIST_YAML + "sync_mode: full_refresh\n"

ANN, ANN_MOVED = "1,a@example.com,Ann,5,2026-01-01", "1,a@example.org,Ann,5,2026-02-01"
BO, BAD_BO, CY = "2,b@example.com,Bo,4,2026-01-01", "2,b@example.com,Bo,9,", "3,,Cy,3,2026-01-03"
SOME = [ANN, ANN_MOVED, BO, CY, ANN, BO, "4,d@example.com,Agent,1,2026-01-01", BAD_BO, "5"]
PROVENANCE = ("delivery_id", "source_file", "source_row")


def listed(*rows: str) -> str:
    return "\n".join(["id,mail,first,stars,seen", *rows]) + "\n"


def versions(world: World) -> list[tuple[object, ...]]:
    """Key, version, address and whether it is the current one."""
    return world.rows(
        "select source_record_id, version, emails, is_current from clean.records order by 1, 2"
    )


def current(world: World) -> list[object]:
    rows = world.rows("select source_record_id from clean.records where is_current order by 1")
    return [key for (key,) in rows]


def dispositions(world: World) -> list[tuple[object, ...]]:
    return world.rows(
        "select source_file[-8:-5], source_row, disposition, reason from clean.dispositions "
        "order by 1, 2"
    )


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path, (LIST_YAML,))


@pytest.fixture
def whole_lists(tmp_path: Path) -> World:
    return World(tmp_path, (WHOLE_LIST_YAML,))


@pytest.fixture(scope="module")
def folded(tmp_path_factory: pytest.TempPathFactory) -> World:
    """SOME in one file, folded."""
    world = World(tmp_path_factory.mktemp("some"), (LIST_YAML,))
    world.fold({"list_20260101.csv": listed(*SOME)})
    return world


def test_every_row_has_one_disposition_with_its_reason(folded: World) -> None:
    assert dispositions(folded) == [
        ("0101", 2, "accepted", None),
        ("0101", 3, "accepted", None),
        ("0101", 4, "accepted", None),
        ("0101", 5, "accepted", None),
        ("0101", 6, "duplicate", "same_as_before"),
        ("0101", 7, "duplicate", "same_as_before"),
        ("0101", 8, "set_aside", "agent"),
        ("0101", 9, "quarantined", "expect_column_values_to_be_between_stars"),
        ("0101", 10, "quarantined", "row_is_readable"),
    ]
    balance = (
        "rows_read, rows_accepted, rows_duplicate, rows_set_aside, rows_quarantined, rows_held"
    )
    assert folded.rows(f"select {balance} from ops.deliveries") == [(9, 4, 2, 1, 2, 0)]


def test_only_accepted_rows_say_anything_of_anybody(folded: World) -> None:
    assert {key for key, *_ in versions(folded)} == {"1", "2", "3"}


def test_folding_again_changes_nothing(folded: World) -> None:
    tables = ("clean.records", "clean.dispositions", "ops.deliveries")
    before = [folded.table(f"from {table}") for table in tables]
    fold_rows(folded.engine, folded.project)
    for table, former in zip(tables, before, strict=True):
        assert_frame_equal(folded.table(f"from {table}"), former)


@settings(
    max_examples=3,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.permutations(SOME), st.integers(0, len(SOME)))
def test_the_order_of_rows_and_files_changes_no_record(
    folded: World, rows: list[str], cut: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        mixed = World(
            Path(folder),
            (LIST_YAML.replace("tolerated_share: 0.5", "tolerated_share: 1.0"),),
            CDP_YAML.replace("0.5", "1.0"),
        )
        mixed.fold(
            {"list_20260101.csv": listed(*rows[:cut]), "list_20260102.csv": listed(*rows[cut:])}
        )
    one, other = (
        world.table(f"select * exclude {PROVENANCE} from clean.records")
        for world in (folded, mixed)
    )
    assert_frame_equal(one, other)
    counts = [Counter(kind for *_, kind, _ in dispositions(world)) for world in (folded, mixed)]
    assert counts[0] == counts[1]


def test_what_is_said_again_is_a_duplicate_and_what_is_said_anew_a_version(world: World) -> None:
    world.fold({"list_20260101.csv": listed(ANN, BO), "list_20260301.csv": listed(ANN_MOVED, BO)})
    assert versions(world) == [
        ("1", 1, ["a@example.com"], False),
        ("1", 2, ["a@example.org"], True),
        ("2", 1, ["b@example.com"], True),
    ]
    assert [kind for *_, kind, _ in dispositions(world)] == [
        "accepted",
        "accepted",
        "accepted",
        "duplicate",
    ]


def test_versions_go_by_when_they_were_seen_and_a_return_is_one_of_its_own(world: World) -> None:
    back = ANN.replace("2026-01-01", "2026-03-01")
    world.fold({"list_20260301.csv": listed(ANN_MOVED), "list_20260401.csv": listed(back, ANN)})
    assert versions(world) == [
        ("1", 1, ["a@example.com"], False),
        ("1", 2, ["a@example.org"], False),
        ("1", 3, ["a@example.com"], True),
    ]


def test_the_same_said_at_a_later_time_is_one_version_from_its_first_time(world: World) -> None:
    world.fold({"list_20260301.csv": listed(ANN, ANN.replace("2026-01-01", "2026-02-02"))})
    assert world.rows("select version, observed_at::date::text, source_row from clean.records") == [
        (1, "2026-01-01", 2)
    ]


def test_who_is_missing_from_a_whole_list_has_left_and_may_come_back(whole_lists: World) -> None:
    whole_lists.fold({"list_20260101.csv": listed(ANN, BO), "list_20260102.csv": listed(BO)})
    assert current(whole_lists) == ["2"]
    whole_lists.fold({"list_20260103.csv": listed(ANN, BO)})
    assert current(whole_lists) == ["1", "2"]


def test_a_bad_cell_sends_nobody_away_but_an_agent_has_left(whole_lists: World) -> None:
    agent = CY.replace("Cy", "Agent")
    whole_lists.fold(
        {
            "list_20260101.csv": listed(ANN, BO, CY),
            "list_20260102.csv": listed(ANN, BAD_BO, agent),
        }
    )
    assert current(whole_lists) == ["1", "2"]


def test_who_is_missing_from_a_file_that_adds_stays(world: World) -> None:
    world.fold({"list_20260101.csv": listed(ANN, BO), "list_20260102.csv": listed(BO)})
    assert current(world) == ["1", "2"]


def test_an_older_list_that_comes_late_sends_nobody_away(whole_lists: World) -> None:
    whole_lists.fold({"list_20260202.csv": listed(ANN, BO)})
    whole_lists.fold({"list_20260201.csv": listed(CY)})
    assert current(whole_lists) == ["1", "2"]


def test_a_held_list_sends_nobody_away_and_brings_nobody_back(whole_lists: World) -> None:
    whole_lists.fold(
        {
            "list_20260101.csv": listed(ANN, BO, CY),
            "list_20260102.csv": listed(ANN, CY),
            "list_20260103.csv": listed(BAD_BO, BAD_BO, ANN),
        }
    )
    assert current(whole_lists) == ["1", "3"]
    assert dispositions(whole_lists)[-1] == ("0103", 4, "held", "delivery_held")


def test_a_touchpoint_has_its_latest_wording_and_that_wordings_first_line(tmp_path: Path) -> None:
    world = World(tmp_path, (EVENTS_YAML,))
    pending, paid = "1,2026-01-01,5,,a@example.com", "1,2026-01-01,6,,a@example.com"
    world.fold(
        {
            "shop_20260101.csv": events(pending, pending),
            "shop_20260102.csv": events(paid),
            "shop_20260103.csv": events(paid, "2,2026-01-01,1,,"),
        }
    )
    assert [(kind, reason) for *_, kind, reason in dispositions(world)] == [
        ("accepted", None),
        ("duplicate", "same_as_before"),
        ("accepted", None),
        ("duplicate", "same_as_before"),
        ("accepted", None),
    ]
    kept = "source_touchpoint_id, amount::int, source_file[-8:-5], source_row"
    assert world.rows(f"select {kept} from clean.touchpoints order by 1") == [
        ("1", 6, "0102", 2),
        ("2", 1, "0103", 3),
    ]


def test_a_person_met_in_events_is_seen_as_late_as_the_last_of_them(tmp_path: Path) -> None:
    world = World(tmp_path, (EVENTS_YAML,))
    days = ("2026-01-03", "2026-01-01", "2026-01-02")
    rows = [f"{i},{day},1,,a@example.com" for i, day in enumerate(days)]
    world.fold({"shop_20260105.csv": events(*rows, "9,2026-01-04,1,,")})
    assert world.rows("select is_inline, observed_at::date::text from clean.records") == [
        (True, "2026-01-03")
    ]
    assert world.rows(
        "select count(record_id), count(distinct record_id) from clean.touchpoints"
    ) == [(3, 1)]


def test_an_event_with_a_key_belongs_to_that_record_and_keeps_nobody_on_a_list(
    tmp_path: Path,
) -> None:
    shop = EVENTS_YAML.replace("person: {email: mail}", "person_ref: {source: list, key: mail}")
    world = World(tmp_path, (WHOLE_LIST_YAML, shop))
    world.fold(
        {
            "list_20260101.csv": listed(ANN, BO),
            "list_20260102.csv": listed(ANN),
            "shop_20260103.csv": events(
                "1,2026-01-01,5,,1", "2,2026-01-01,5,,2", "3,2026-01-01,5,,7"
            ),
        }
    )
    joined = (
        "select r.source_record_id from clean.touchpoints left join clean.records r "
        "using (record_id)"
    )
    assert world.rows(f"{joined} order by source_touchpoint_id") == [("1",), ("2",), (None,)]
    assert current(world) == ["1"]


@pytest.mark.parametrize(
    ("sync_mode", "kept"),
    [("full_refresh", [("b", "2")]), ("incremental", [("a", "1"), ("b", "2")])],
)
def test_a_reference_keeps_the_latest_row_of_a_key(
    tmp_path: Path, sync_mode: str, kept: list[tuple[str, str]]
) -> None:
    spend = f"""
source: spend
path: inbox/spend_*.csv
holds: reference
record_key: key
sync_mode: {sync_mode}
delivered_at: {{from_name: "%Y%m%d"}}
"""
    world = World(tmp_path, (spend,))
    world.fold(
        {"spend_20260101.csv": "key,cost\na,1\nb,1\n", "spend_20260102.csv": "key,cost\nb,2\n"}
    )
    found = "select record_key, attributes->>'cost' from reference.spend order by 1"
    assert world.rows(found) == kept
