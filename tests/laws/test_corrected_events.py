"""An event told anew of another person: the one it no longer means leaves, and ids last."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.laws.world import AS_OF, CDP_YAML, SHOP_YAML, Company

ANN = {"email": "ann.quist@example.com", "name": "Ann Quist", "phone": "518-555-0118"}
TYPO = ANN | {"email": "anm.quist@example.com"}
BEN = {"email": "ben.stone@example.org", "name": "Ben Stone", "phone": "646-555-0133"}

EVENTS = (
    "select customer_id, kind, survivor_id, record_count from customer_changes"
    " where run_id = '{run}' order by sequence"
)


def order(number: int, who: dict[str, str]) -> str:
    told = {"id": f"o{number}", "at": "2026-04-02T10:00:00Z", "total": "5", "who": who}
    return json.dumps(told) + "\n"


@pytest.fixture
def shop(tmp_path: Path) -> Company:
    """Ben has an order; another states ANN with a slip."""
    made = Company(tmp_path, {"cdp.yaml": CDP_YAML, "sources/shop.yaml": SHOP_YAML})
    made.deliver({"inbox/shop_20260501.jsonl": order(1, BEN) + order(2, TYPO)})
    return made


def corrected(shop: Company, *words: str) -> Iterator[list[tuple[object, ...]]]:
    """The events of a run over each file of words, day by day."""
    for day, text in enumerate(words, 2):
        shop.deliver(
            {f"inbox/shop_2026050{day}.jsonl": text}, f"r{day}", as_of=AS_OF + timedelta(days=day)
        )
        yield shop.query(EVENTS.format(run=f"r{day}")).rows()


def customer_of(shop: Company, number: int) -> object:
    found = shop.query(f"select customer_id from timeline where source_touchpoint_id = 'o{number}'")
    return found["customer_id"][0]


def test_who_is_worded_anew_keeps_the_id_and_the_old_wording_is_history(shop: Company) -> None:
    ann = customer_of(shop, 2)
    told = corrected(shop, order(2, ANN), order(2, TYPO))
    assert next(told) == [(ann, "regrouped", None, 1)]
    assert customer_of(shop, 2) == ann
    records = shop.query("select emails[1], is_current from records order by 1").rows()
    assert records == [
        (TYPO["email"], False), (ANN["email"], True), (BEN["email"], True),
    ]  # fmt: skip
    left = shop.query("select reason from source_records where customer_id is null").rows()
    assert left == [("person_left_its_source",)]
    assert next(told) == [(ann, "regrouped", None, 1)]
    now = shop.query("select customer_id from customers where emails = ['anm.quist@example.com']")
    assert now.rows() == [(ann,)]


def test_an_order_put_down_to_another_customer_ends_its_own_until_it_is_taken_back(
    shop: Company,
) -> None:
    ben, ann = customer_of(shop, 1), customer_of(shop, 2)
    told = corrected(shop, order(2, BEN), order(2, TYPO))
    assert next(told) == [(ann, "retired", None, 0)]
    assert customer_of(shop, 2) == ben
    assert next(told) == [(ann, "returned", None, 1)]
    assert customer_of(shop, 2) == ann


def test_whom_another_order_still_states_stays(shop: Company) -> None:
    ann = customer_of(shop, 2)
    told = corrected(shop, order(3, TYPO), order(2, BEN))
    assert [*told] == [[], []]
    assert customer_of(shop, 3) == ann
