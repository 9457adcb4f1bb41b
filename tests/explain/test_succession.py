"""Where an id that ended leads: chains, customers that split up, records that came back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import pytest

from cdp import explain
from cdp.errors import ConfigError, NotFoundError
from cdp.explain import Candidates, Customer, Past
from tests.explain.snapshot import Row, customer_id, event, ids, one_customer, publish, shown


def day(number: int) -> datetime:
    return datetime(2026, 1, number)


def spans(record: int, *stays: tuple[str, int]) -> list[Row]:
    """One record's life: from which day it was whose; "" when it had left."""
    until = [*(day(start) for _, start in stays[1:]), None]
    return [
        {"record_id": record, "customer_id": customer_id(letter), "valid_from": day(start),
         "valid_to": end, "run_id": "r1"}
        for (letter, start), end in zip(stays, until, strict=True) if letter
    ]  # fmt: skip


def world(store: Path, living: str, lives: Sequence[list[Row]], *events: Row) -> Path:
    """A snapshot in which the letters live, with the records' lives and the events."""
    found = [one_customer(letter, 0) for letter in living]
    records = {life[0]["record_id"]: life for life in lives}
    tables: Mapping[str, list[Row]] = {
        "customers": [row for one in found for row in one["customers"]],
        "computed_traits": [row for one in found for row in one["computed_traits"]],
        "records": [
            {"record_id": r, "source": "crm", "source_record_id": f"C-{r}", "delivery_id": "d1",
             "given_name": "Kate"}
            for r in records
        ],
        "members": [row for life in lives for row in life],
        "customer_changes": list(events),
        "deliveries": [{"delivery_id": "d1", "source": "crm", "landed_at": day(1)}],
    }  # fmt: skip
    publish(store, tables)
    return store


def look(store: Path, letter: str) -> Customer | Candidates:
    with explain.open_snapshot(store) as snapshot:
        return explain.find_customer(snapshot, customer_id(letter), default_region="US")


def then(store: Path, who: str, as_of: str) -> Past:
    with explain.open_snapshot(store) as snapshot:
        return explain.read_past(snapshot, who, explain.instant_of(as_of))


def merged(letter: str, into: str, on: int) -> Row:
    return event("merged", letter, on, survivor_id=customer_id(into))


def test_a_chain_of_five_merges_leads_to_its_end_and_tells_every_day(tmp_path: Path) -> None:
    chain = [merged(a, b, on) for on, (a, b) in enumerate(zip("abcde", "bcdef", strict=True), 2)]
    lives = [spans(1, ("a", 1), ("b", 2), ("c", 3), ("d", 4), ("e", 5), ("f", 6))]
    found = look(world(tmp_path, "f", lives, *chain), "a")
    assert isinstance(found, Customer)
    assert found.golden["customer_id"] == customer_id("f")
    assert found.merged_from == tuple(customer_id(letter) for letter in "abcde")
    text = shown(explain.render.customer(found))
    for on, (a, b) in enumerate(zip("abcde", "bcdef", strict=True), 2):
        assert f"{customer_id(a)} was merged into {customer_id(b)} on 2026-01-0{on}" in text


def test_an_id_whose_records_went_to_several_leads_to_all_of_them(tmp_path: Path) -> None:
    lives = [spans(1, ("a", 1), ("b", 3)), spans(2, ("a", 1), ("b", 3)),
             spans(3, ("a", 1), ("c", 3)), spans(4, ("a", 1), ("c", 2))]  # fmt: skip
    moved = event("moved", "a", 3, survivor_id=customer_id("c"))
    found = look(world(tmp_path, "bc", lives, merged("a", "b", 3), moved), "a")
    assert isinstance(found, Candidates)
    assert ids(found.customers) == [customer_id("b"), customer_id("c")]
    text = shown(explain.render.customer(found))
    assert f"{customer_id('a')} was merged into {customer_id('b')} on 2026-01-03" in text
    # Record 4 had gone before, so that it was not the customer's when it ended.
    assert (
        f"1 of the 3 records that {customer_id('a')} held last belong to {customer_id('c')}" in text
    )


def test_after_the_survivor_was_split_the_id_leads_to_where_its_records_are(tmp_path: Path) -> None:
    lives = [spans(1, ("a", 1), ("b", 2), ("c", 5)), spans(2, ("b", 1)), spans(3, ("b", 1))]
    split = event("split", "c", 5, origin_id=customer_id("b"))
    found = look(world(tmp_path, "bc", lives, merged("a", "b", 2), split), "a")
    assert isinstance(found, Customer)
    assert found.golden["customer_id"] == customer_id("c")
    text = shown(explain.render.customer(found))
    assert f"{customer_id('a')} was merged into {customer_id('b')} on 2026-01-02" in text
    assert f"belong to {customer_id('c')} since 2026-01-05" in text
    assert f"split off {customer_id('b')} on 2026-01-05" in text


def test_a_retired_id_leads_to_the_customer_of_a_record_that_came_back(tmp_path: Path) -> None:
    lives = [spans(1, ("a", 1), ("", 3), ("b", 7))]
    found = look(
        world(tmp_path, "b", lives, event("retired", "a", 3), event("created", "b", 7)), "a"
    )
    assert isinstance(found, Customer)
    assert found.golden["customer_id"] == customer_id("b")
    assert f"{customer_id('a')} was retired on 2026-01-03" in found.told[0]


def test_an_id_that_was_erased_leads_to_nobody(tmp_path: Path) -> None:
    lives = [spans(1, ("a", 1), ("", 3), ("b", 7))]
    with pytest.raises(NotFoundError, match=f"{customer_id('a')} was erased on 2026-01-03"):
        look(world(tmp_path, "b", lives, event("erased", "a", 3)), "a")


def test_a_survivor_without_a_record_of_it_still_answers_when_they_all_left(tmp_path: Path) -> None:
    lives = [spans(1, ("a", 1), ("b", 2), ("", 4)), spans(2, ("b", 1))]
    found = look(world(tmp_path, "b", lives, merged("a", "b", 2)), "a")
    assert isinstance(found, Customer)
    assert found.golden["customer_id"] == customer_id("b")


def test_the_end_of_a_chain_is_reasoned_step_by_step(tmp_path: Path) -> None:
    lives = [spans(1, ("a", 1), ("b", 2), ("", 4))]
    told = f"a was merged into {customer_id('b')} on 2026-01-02; {customer_id('b')} was retired"
    with pytest.raises(NotFoundError, match=told):
        look(world(tmp_path, "", lives, merged("a", "b", 2), event("retired", "b", 4)), "a")


@pytest.fixture
def grown(tmp_path: Path) -> Path:
    """A takes over b on day 3, loses record 2 to c on day 5; record 9 is new on day 6."""
    lives = [spans(1, ("a", 1)), spans(2, ("b", 1), ("a", 3), ("c", 5)), spans(9, ("a", 6))]
    split = event("split", "c", 5, origin_id=customer_id("a"))
    return world(tmp_path, "ac", lives, merged("b", "a", 3), split)


@pytest.mark.parametrize(
    ("letter", "as_of", "records"),
    [
        ("a", "2026-01-01", [1]), ("b", "2026-01-01", [2]), ("a", "2026-01-03", [1, 2]),
        ("a", "2026-01-05", [1]), ("c", "2026-01-05", [2]), ("a", "2026-01-31", [1, 9]),
        ("b", "2026-01-02T23:59", [2]),
    ],
)  # fmt: skip
def test_a_past_day_has_the_records_of_then(
    grown: Path, letter: str, as_of: str, records: list[int]
) -> None:
    found = then(grown, customer_id(letter), as_of)
    assert found.records["record_id"].to_list() == records
    assert set(found.records["name"]) == {"Kate"}
    text = shown(explain.render.past(found))
    assert f"{len(records)} records" in text
    assert "golden values of then are not kept" in text


def test_a_past_day_says_where_the_records_are_today(grown: Path) -> None:
    found = then(grown, customer_id("b"), "2026-01-01")
    assert found.records["customer_today"].to_list() == [customer_id("c")]
    assert found.today == (customer_id("c"),)
    assert found.told[0] == f"{customer_id('b')} was merged into {customer_id('a')} on 2026-01-03"


def test_a_record_leads_to_the_id_that_it_had_then(grown: Path) -> None:
    assert then(grown, "crm:C-2", "2026-01-01").customer_id == customer_id("b")
    assert then(grown, "crm:C-2", "2026-01-04").customer_id == customer_id("a")
    with pytest.raises(NotFoundError, match="belonged to a customer then"):
        then(grown, "crm:C-9", "2026-01-04")


def test_a_record_that_has_left_leads_to_its_id_of_then(tmp_path: Path) -> None:
    store = world(tmp_path, "", [spans(1, ("a", 1), ("", 3))], event("retired", "a", 3))
    found = then(store, "crm:C-1", "2026-01-02")
    assert found.customer_id == customer_id("a")
    assert found.today == ()
    assert "has left" in shown(explain.render.past(found))


def test_values_of_a_file_that_came_later_are_not_told_of_the_past(tmp_path: Path) -> None:
    store = world(tmp_path, "a", [spans(1, ("a", 1))])
    earlier = then(store, customer_id("a"), "2026-01-01T00:00")
    assert earlier.records["name"].to_list() == ["Kate"]
    publish(store, {"members": spans(1, ("a", 1)), "customers": [{"customer_id": customer_id("a")}],
        "records": [{"record_id": 1, "source": "crm", "source_record_id": "1", "delivery_id": "d9",
                     "given_name": "Kate"}],
        "deliveries": [{"delivery_id": "d9", "landed_at": day(9)}]}, "r2")  # fmt: skip
    (unknown,) = then(store, customer_id("a"), "2026-01-02").records["name"].to_list()
    assert not unknown


@pytest.mark.parametrize("as_of", ["2025-12-31", "2026-01-03"])
def test_a_day_outside_of_its_life_is_told_with_the_days_of_it(grown: Path, as_of: str) -> None:
    with pytest.raises(NotFoundError, match="lived from 2026-01-01 to 2026-01-03"):
        then(grown, customer_id("b"), as_of)


def test_what_only_today_tells_is_refused(grown: Path) -> None:
    with pytest.raises(ConfigError, match="customer id or of a source:key"):
        then(grown, "kate@example.com", "2026-01-01")
    with pytest.raises(ConfigError, match="no day and no time"):
        explain.instant_of("last week")
    with pytest.raises(NotFoundError, match="no customer has or had this id"):
        then(grown, customer_id("z"), "2026-01-01")
