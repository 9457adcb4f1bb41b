"""Rejected rows: written out byte for byte, mended by hand or by contract, judged again."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

from cdp.errors import ConfigError, NotFoundError
from tests.cli.rejected import SHAPES, Company
from tests.history.same_state import differences

CDP_YAML = """
project: lists
timezone: UTC
default_region: US
quality: {max_rejected_share: 0.8}
keep_snapshots: 20
"""
LIST = """
source: list
path: inbox/list_*.csv
holds: people
sync_mode: full_refresh
record_key: id
delivered_at: {from_name: "%Y%m%d"}
person: {email: mail, full_name: name}
attributes: {level: level}
expect:
  - expect: ExpectColumnValuesToBeInSet
    column: level
    value_set: [gold]
    severity: critical
    tolerated_share: 0.9
"""
WEB = """
source: web
path: inbox/web_*.jsonl
holds: events
channel: web
touchpoint_key: id
occurred_at: at
amount: total
delivered_at: {from_name: "%Y%m%d"}
person: {email: mail}
"""
OF_THE_CLOCK = ("ops.models", "profile.computed_traits", "main.computed_traits")
"""Tables in which the hour of the run stands."""

HEAD = "id,mail,name,level\n"
ANN, BOB = "1,ann@example.org,Ann Lee,gold\n", "4,bob@example.org,Bob Ray,gold\n"
ZOE, CY = "2,zoe@example.org,Zoe Quist,tin\n", "3,cy@example.org,Cy Orr,lead\n"
SEEN = '{"id": "e1", "at": "2024-03-01", "total": "5", "mail": "ann@example.org"}\n'
UNSEEN = '{"id": "e2", "at": "never", "total": "7", "mail": "zoe@example.org"}\n'
NEWER = '{"id": "e2", "at": "2024-03-02", "total": "9", "mail": "zoe@example.org"}\n'


@pytest.fixture(scope="module")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """Every format: rejected, exported, mended, replayed."""
    company = Company(tmp_path_factory.mktemp("shapes"))
    company.make()
    company.typed("run")
    company.assert_balanced()
    written = company.export()
    assert written.keys() == SHAPES.keys()
    for name, path in written.items():
        (company.root / name).write_bytes(path.read_bytes())
        path.write_bytes(SHAPES[name].mend(path.read_bytes()))
    company.typed("quarantine", "replay", *map(str, written.values()))
    company.assert_balanced()
    return company


@pytest.mark.parametrize("name", SHAPES)
def test_rejected_rows_are_written_byte_for_byte_and_accepted_once_mended(
    shapes: Company, name: str
) -> None:
    assert (shapes.root / name).read_bytes() == SHAPES[name].rejected
    rejected = shapes.states(name)
    assert set.union(*rejected.values()) == {"mended"}
    deliveries = shapes.query(
        "select mends is null as is_first, rows_accepted, rows_quarantined, delivered_at "
        f"from deliveries where source = '{name}' order by is_first"
    )
    assert [one[:3] for one in deliveries] == [
        (False, len(rejected), 0), (True, 2, len(rejected))
    ]  # fmt: skip
    assert deliveries[0][3] == deliveries[1][3]
    accepted = shapes.query(
        "select count(*), count(distinct touchpoint_id) from source_records "
        f"where source = '{name}' and disposition = 'accepted'"
    )
    assert accepted == [(2 + len(rejected),) * 2]


def last_names(company: Company) -> dict[str, str]:
    """Key of a current record of the list -> the name it has."""
    return dict(
        company.query(
            "select source_record_id, surname from records where source = 'list' and is_current"
        )
    )


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What became of a whole list and a file of events with bad rows, step by step."""
    company = Company(tmp_path_factory.mktemp("lists"))
    company.put("cdp.yaml", CDP_YAML.encode())
    company.put("sources/list.yaml", LIST.encode())
    company.put("sources/web.yaml", WEB.encode())
    company.put("inbox/list_20240401.csv", (HEAD + ANN + ZOE + CY + BOB).encode())
    company.put("inbox/web_20240401.jsonl", (SEEN + UNSEEN).encode())
    company.typed("run")
    company.assert_balanced()
    told: dict[str, Any] = {"company": company, "listed": company.typed("quarantine", "list")}
    told["shown"] = company.seen("quarantine", "show", "list")
    told["whole"] = company.seen("quarantine", "show", "list:3", "--with-values")
    told["unmoved"] = company.refused(ConfigError, "quarantine", "replay")
    written = company.export()
    told["unmended"] = company.refused(ConfigError, "quarantine", "replay", str(written["list"]))

    # By hand: one of two rows; and an event that its source tells again in the same run.
    written["list"].write_text(HEAD + ZOE.replace("tin", "gold") + CY)
    written["web"].write_text(UNSEEN.replace("never", "2024-03-02"))
    company.put("inbox/web_20240501.jsonl", NEWER.encode())
    files = [str(path) for path in written.values()]
    told["by_hand"] = company.typed("quarantine", "replay", *files)
    company.assert_balanced()
    told["states"] = {"list": company.states("list"), "web": company.states("web")}
    told["current"] = last_names(company)
    told["amounts"] = company.query("select source_touchpoint_id, amount from timeline order by 1")
    before = company.query("select * exclude (modified_at) from deliveries order by delivery_id")
    told["again"] = company.typed("quarantine", "replay", *files)
    told["same"] = before == company.query(
        "select * exclude (modified_at) from deliveries order by delivery_id"
    )
    told["exported_again"] = company.export("--source", "list")["list"].read_text()

    # By contract: lead is a level, too.
    company.put("sources/list.yaml", LIST.replace("[gold]", "[gold, lead]").encode())
    told["by_contract"] = company.typed("quarantine", "replay", "--source", "list")
    company.assert_balanced()
    told["states_after"] = company.states("list")
    told["current_after"] = last_names(company)

    twin = company.root.parent / "twin"
    shutil.copytree(company.root, twin, symlinks=True)
    company.typed("run", "--full")
    told["differences"] = differences(company.root, twin, unless=OF_THE_CLOCK)
    return told


def test_the_list_tells_where_rows_are_rejected_and_balances(lists: dict[str, Any]) -> None:
    lines = {(one["source"], one["state"]): one for one in lists["listed"]["lines"]}
    assert {key: one["row_count"] for key, one in lines.items()} == {
        ("list", "open"): 2, ("web", "open"): 1
    }  # fmt: skip
    assert lines["list", "open"]["first_line"] == 3
    assert [one["rejected"] for one in lists["listed"]["totals"]] == [2, 1]


def test_rows_are_shown_masked_unless_asked_for_whole(lists: dict[str, Any]) -> None:
    assert "inbox/list_20240401.csv:3" in lists["shown"]
    assert "z***@e***.o***" in lists["shown"]
    assert "zoe" not in lists["shown"].lower()
    assert "2,zoe@example.org,Zoe Quist,tin" in lists["whole"]
    assert "3,cy@" not in lists["whole"]


def test_what_was_mended_by_hand_moves_and_nothing_else(lists: dict[str, Any]) -> None:
    assert lists["states"] == {
        "list": {3: {"mended"}, 4: {"superseded", "open"}}, "web": {2: {"mended"}}
    }  # fmt: skip
    moved = {one["source_file"]: one for one in lists["by_hand"]["moved"]}
    first = moved["inbox/list_20240401.csv"]
    assert (first["rows_open_before"], first["rows_open"]) == (2, 0)
    assert (first["rows_accepted"], first["rows_quarantined"]) == (2, 2)
    # A few mended rows are no whole list: nobody has left.
    assert lists["current"] == {"1": "Lee", "2": "Quist", "4": "Ray"}


def test_a_mended_row_is_as_old_as_its_file(lists: dict[str, Any]) -> None:
    assert [key for key, _ in lists["amounts"]] == ["e1", "e2"]
    assert int(dict(lists["amounts"])["e2"]) == 9


def test_the_same_file_again_changes_nothing(lists: dict[str, Any]) -> None:
    assert lists["again"]["status"] == "unchanged"
    assert not any(one["is_new"] for one in lists["again"]["files"])
    assert lists["same"]


def test_what_is_still_bad_is_written_again(lists: dict[str, Any]) -> None:
    assert lists["exported_again"] == HEAD + CY


def test_a_mended_contract_moves_exactly_the_rows_that_it_takes(lists: dict[str, Any]) -> None:
    # Line 4 is right now in both deliveries; tin is none, and was mended by hand.
    assert lists["states_after"] == {3: {"mended"}, 4: {"replayed"}}
    assert lists["current_after"] == {"1": "Lee", "2": "Quist", "3": "Orr", "4": "Ray"}
    moved = {one["source_file"]: one for one in lists["by_contract"]["moved"]}
    assert [one["rows_open_before"] for one in moved.values()] == [1]


def test_a_store_made_anew_keeps_what_was_mended(lists: dict[str, Any]) -> None:
    assert {table: rows for table, rows in lists["differences"].items() if rows} == {}


def test_a_replay_that_can_move_nothing_says_so(lists: dict[str, Any]) -> None:
    assert "nothing can move" in lists["unmoved"]
    assert "nothing is mended yet" in lists["unmended"]


def test_rows_are_not_written_where_the_next_run_would_read_them(lists: dict[str, Any]) -> None:
    company = lists["company"]
    out = str(company.root / "inbox" / "list_mended.csv")
    with pytest.raises(NotFoundError, match="no rejected row is open"):
        company.typed("quarantine", "export", "--source", "web", "--out", out)
