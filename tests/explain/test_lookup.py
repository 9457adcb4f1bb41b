"""Lookups in snapshots written by hand: where an id has gone, what became of a row."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from cdp import explain
from cdp.errors import NotFoundError
from cdp.explain import Candidates, Customer
from tests.explain.snapshot import (
    Row,
    customer_id,
    event,
    ids,
    one_customer,
    publish,
    shown,
    together,
)

CRM: Row = {"delivery_id": "d1", "source": "crm", "source_file": "inbox/crm.csv"}


def look(store: Path, who: str) -> Customer | Candidates:
    with explain.open_snapshot(store) as snapshot:
        return explain.find_customer(snapshot, who, default_region="US")


def the(store: Path, who: str) -> Customer:
    found = look(store, who)
    assert isinstance(found, Customer)
    return found


def test_an_id_merged_twice_leads_to_the_living_customer_and_says_when(tmp_path: Path) -> None:
    history = [
        *(event("created", letter, 1) for letter in "abc"),
        event("merged", "a", 2, survivor_id=customer_id("b")),
        event("merged", "b", 3, survivor_id=customer_id("c")),
    ]
    publish(tmp_path, together(one_customer("c", 1), {"customer_changes": history}))
    found = the(tmp_path, customer_id("a"))
    assert found.golden["customer_id"] == customer_id("c")
    assert found.merged_from == (customer_id("a"), customer_id("b"))
    assert found.changes.height == len(history)
    text = shown(explain.render.customer(found))
    assert f"{customer_id('a')} was merged into {customer_id('b')} on 2026-01-02" in text
    assert f"{customer_id('b')} was merged into {customer_id('c')} on 2026-01-03" in text


def test_a_customer_tells_how_many_share_the_household_and_a_lone_one_of_none(
    tmp_path: Path,
) -> None:
    home = {"household_id": "h_1"}
    homes = [one_customer(letter, n, **home) for n, letter in enumerate("abc", 1)]
    publish(tmp_path, together(*homes, one_customer("d", 4), one_customer("e", 5)))
    found = the(tmp_path, customer_id("a"))
    assert found.as_dict()["housemates"] == 2
    assert "household h_1 · 2 others (an estimate)" in shown(explain.render.customer(found))
    alone = the(tmp_path, customer_id("d"))
    assert alone.housemates == 0
    assert "household" not in shown(explain.render.customer(alone))


def test_an_id_that_was_split_off_names_where_it_came_from(tmp_path: Path) -> None:
    history = [event("created", "a", 1), event("split", "b", 5, origin_id=customer_id("a"))]
    publish(
        tmp_path,
        together(one_customer("a", 1), one_customer("b", 2), {"customer_changes": history}),
    )
    split_off = the(tmp_path, customer_id("b"))
    assert f"split off {customer_id('a')} on 2026-01-05" in shown(
        explain.render.customer(split_off)
    )
    stayed = the(tmp_path, customer_id("a"))
    assert ids(stayed.changes) == [customer_id("a"), customer_id("b")]
    assert "split off c_" not in shown(explain.render.customer(stayed))


@pytest.mark.parametrize("kind", ["retired", "erased"])
def test_an_id_without_a_customer_any_more_says_since_when(tmp_path: Path, kind: str) -> None:
    history = [event("merged", "a", 2, survivor_id=customer_id("b")), event(kind, "b", 9)]
    publish(tmp_path, {"customer_changes": history})
    with pytest.raises(NotFoundError, match=f"{customer_id('b')} was {kind} on 2026-01-09"):
        look(tmp_path, customer_id("a"))


def test_an_id_that_never_was_is_not_found(tmp_path: Path) -> None:
    publish(tmp_path, one_customer("a", 1))
    with pytest.raises(NotFoundError, match="no customer has or had this id"):
        look(tmp_path, customer_id("b"))


def test_gmail_aliases_find_the_mailbox(tmp_path: Path) -> None:
    identifier = {"record_id": 1, "kind": "email", "value": "maxmuster@gmail.com"}
    publish(tmp_path, together(one_customer("a", 1), {"identifiers": [identifier]}))
    assert the(tmp_path, "Max.Muster+x@GoogleMail.com").golden["customer_id"] == customer_id("a")


def test_former_members_do_not_answer(tmp_path: Path) -> None:
    left = {"customer_id": customer_id("b"), "record_id": 1, "valid_to": datetime(2026, 1, 5)}
    identifier = {"record_id": 1, "kind": "phone", "value": "+16505550101"}
    publish(
        tmp_path,
        together(
            one_customer("a", 1), one_customer("b", 2), {"members": [left]},
            {"identifiers": [identifier]},
        ),
    )  # fmt: skip
    assert the(tmp_path, "650 555 0101").golden["customer_id"] == customer_id("a")


def test_a_key_that_looks_like_an_email_is_still_a_key(tmp_path: Path) -> None:
    owner = one_customer("a", 1)
    other = one_customer("b", 2, emails=["ann@example.com"])
    row = {"source": "crm", "source_record_id": "ann@example.com", "disposition": "accepted",
           "delivery_id": "d1", "customer_id": customer_id("a")}  # fmt: skip
    publish(tmp_path, together(owner, other, {"source_records": [row], "deliveries": [CRM]}))
    assert the(tmp_path, "crm:ann@example.com").golden["customer_id"] == customer_id("a")
    assert the(tmp_path, "ann@example.com").golden["customer_id"] == customer_id("b")


@pytest.mark.parametrize(
    ("disposition", "reason", "told"),
    [
        ("quarantined", "birth_date_is_plausible", "quarantined, birth_date_is_plausible"),
        ("held", "delivery_held", "held, delivery_held"),
        ("set_aside", "bot", "set_aside, bot"),
        ("duplicate", "person_left_its_source", "duplicate, person_left_its_source"),
        ("accepted", None, "accepted\n"),
    ],
)
def test_the_newest_row_says_why_it_has_no_customer(
    tmp_path: Path, disposition: str, reason: str | None, told: str
) -> None:
    key = "secret-77"
    # By the id of the delivery the older row would come first.
    deliveries: list[Row] = [
        {**CRM, "delivery_id": "z", "delivered_at": datetime(2026, 1, 1)},
        {**CRM, "delivery_id": "a", "delivered_at": datetime(2026, 2, 1)},
    ]
    rows: list[Row] = [
        {**CRM, "delivery_id": "z", "source_record_id": key, "disposition": "held",
         "reason": "older"},
        {**CRM, "delivery_id": "a", "source_record_id": key, "disposition": disposition,
         "reason": reason, "source_row": 42},
    ]  # fmt: skip
    publish(tmp_path, {"deliveries": deliveries, "source_records": rows})
    with pytest.raises(NotFoundError) as raised:
        look(tmp_path, f"crm:{key}")
    assert told in str(raised.value)
    assert "inbox/crm.csv:42" in str(raised.value)
    assert "Hint" in str(raised.value)
    assert key not in str(raised.value)


def test_a_number_that_many_share_lists_no_more_than_a_page(tmp_path: Path) -> None:
    rows = [
        {"customer_id": f"c_{n:016}", "kind": "identified", "phones": ["+16505550101"],
         "given_name": "[red]", "surname": f"Lee{n}"}
        for n in range(60)
    ]  # fmt: skip
    publish(tmp_path, {"customers": rows})
    found = look(tmp_path, "+1 650 555 0101")
    assert isinstance(found, Candidates)
    assert found.customers.height == 60
    assert json.loads(json.dumps(found.as_dict()))["candidates"][59]["name"] == "[red] Lee59"
    text = shown(explain.render.customer(found))
    assert "50 of 60" in text
    assert "[red] Lee49" in text
    assert "Lee50" not in text


def test_one_snapshot_is_read_to_the_end_though_the_link_is_swapped(tmp_path: Path) -> None:
    publish(tmp_path, one_customer("a", 1, surname="Old"), "r1")
    with explain.open_snapshot(tmp_path) as snapshot:
        publish(tmp_path, one_customer("a", 1, surname="New"), "r2")
        assert (snapshot.run_id, snapshot.folder.resolve().name) == ("r1", "r1")
        found = explain.find_customer(snapshot, customer_id("a"), default_region="US")
    assert isinstance(found, Customer)
    assert found.golden["surname"] == "Old"
    assert the(tmp_path, customer_id("a")).golden["surname"] == "New"


def test_before_the_first_run_the_next_step_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"nothing is published yet\nHint: .*cdp run"):
        look(tmp_path, "ann@example.com")
