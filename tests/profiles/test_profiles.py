"""Golden records against an oracle of survivorship in plain Python; traits against sums by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from cdp.engine import DuckDBEngine
from cdp.profiles import build_customers, build_timeline, build_traits
from cdp.tables import CONTRACTS
from tests.resolve.people import Person, frame

START = datetime(2026, 1, 1)
AS_OF = datetime(2026, 6, 30)
TRUST = {"crm": 8, "web": 3}
LINK = {
    "rule_count": 1,
    "kind": "deterministic", "status": "accepted", "match_weight": 9.0,
    "reason": "r", "evidence": "{}",
}  # fmt: skip


class World:
    """An engine with records and touchpoints, all of one customer unless said otherwise."""

    def __init__(self, engine: DuckDBEngine) -> None:
        self.engine = engine

    def build(
        self,
        people: Sequence[Person],
        touches: Sequence[dict[str, object]] = (),
        *,
        customer_of: dict[int, str] | None = None,
        generic: Sequence[dict[str, object]] = (),
        probability: dict[tuple[int, int], float] | None = None,
        homes: Sequence[dict[str, object]] = (),
    ) -> None:
        records = frame(people)
        ids = records["record_id"].to_list()
        members = [
            {"record_id": i, "customer_id": (customer_of or {}).get(i, "c_1"),
             "valid_from": START, "valid_to": None, "run_id": "r"}
            for i in ids
        ]  # fmt: skip
        links = [
            LINK | {"record_l": one, "record_r": other, "match_probability": chance}
            for (one, other), chance in (probability or {}).items()
        ]
        self.engine.store_frame(CONTRACTS["clean.records"], records, append=False)
        self._store("identity.members", members)
        self._store("identity.links", links)
        self._store("identity.identifiers", generic)
        self._store("identity.households", homes)
        self._store("clean.touchpoints", [_touch(n, t) for n, t in enumerate(touches, 1)])
        build_customers(self.engine, trust=TRUST)
        build_timeline(self.engine)
        build_traits(self.engine, as_of=AS_OF)

    def _store(self, name: str, rows: Sequence[dict[str, object]]) -> None:
        empty = pl.from_arrow(CONTRACTS[name].schema.empty_table())
        assert isinstance(empty, pl.DataFrame)
        whole = [dict.fromkeys(empty.columns) | row for row in rows]
        table = pl.DataFrame(whole, schema=empty.schema)
        self.engine.store_frame(CONTRACTS[name], table, append=False)

    def table(self, name: str) -> pl.DataFrame:
        return self.engine.query(f"select * from profile.{name} order by all")

    def golden(self) -> dict[str, object]:
        return self.table("customers").row(0, named=True)

    def rule_of(self, attribute: str) -> str:
        sources = self.table("attribute_sources").filter(pl.col("attribute") == attribute)
        return str(sources["rule"][0])

    def traits(self) -> dict[str, object]:
        return self.table("computed_traits").row(0, named=True)


def _touch(number: int, touch: dict[str, object]) -> dict[str, object]:
    fixed = {
        "touchpoint_id": number, "source": "web", "source_touchpoint_id": str(number),
        "record_id": 1, "occurred_at": START, "channel": "web",
        "delivery_id": "d", "source_file": "f", "source_row": number,
    }  # fmt: skip
    return fixed | touch


@pytest.fixture
def world() -> Iterator[World]:
    with closing(DuckDBEngine()) as engine:
        yield World(engine)


claims = st.lists(
    st.fixed_dictionaries(
        {
            "source": st.sampled_from(["crm", "web", "shop"]),
            "given_name": st.sampled_from([None, "A", "Ann", "Anna", "B."]),
            "observed_at": st.sampled_from([START, START + timedelta(days=1)]),
        }
    ),
    min_size=1,
    max_size=6,
)


def surviving(people: Sequence[Person]) -> object:
    """The winner by the rules as the glossary words them."""
    stated = [
        (str(p["given_name"]), p["source"], p["observed_at"])
        for p in people
        if p["given_name"] is not None
    ]
    if not stated:
        return None
    support = {value: sum(v == value for v, _, _ in stated) for value, _, _ in stated}

    def strength(claim: tuple[str, object, object]) -> tuple[object, ...]:
        value, source, observed_at = claim
        is_full = len(value.strip(".")) > 1
        return (is_full, TRUST.get(str(source), 5), observed_at, support[value])

    best = max(strength(claim) for claim in stated)
    return min(value for value, *rest in stated if strength((value, *rest)) == best)  # type: ignore[arg-type]  # a claim again


@settings(max_examples=8)
@given(claims, st.randoms())
def test_the_value_that_survives_is_the_best_by_the_rules_in_any_order(
    people: list[Person], dice: object
) -> None:
    with closing(DuckDBEngine()) as engine:
        world = World(engine)
        world.build([p | {"record_id": n} for n, p in enumerate(people, 1)])
        golden = world.golden()
        assert golden["given_name"] == surviving(people)
        tables = {n: world.table(n) for n in ("customers", "attribute_sources")}
        world.build([p | {"record_id": n} for n, p in reversed(list(enumerate(people, 1)))])
        for name, table in tables.items():
            assert_frame_equal(world.table(name), table)


@pytest.mark.parametrize(
    ("rule", "first", "second"),
    [
        ("only claim", {"given_name": "Ann"}, {}),
        ("fuller value", {"given_name": "Ann", "source": "web"}, {"given_name": "A"}),
        ("source trust", {"given_name": "Ann"}, {"given_name": "Anna", "source": "web"}),
        ("recency", {"given_name": "Ann", "observed_at": START + timedelta(days=900)},
         {"given_name": "Anna"}),
        ("tie", {"given_name": "Ann"}, {"given_name": "Anna"}),
    ],
)  # fmt: skip
def test_the_rule_that_decided_is_told(
    world: World, rule: str, first: Person, second: Person
) -> None:
    world.build([first, second])
    assert world.golden()["given_name"] == "Ann"
    assert world.rule_of("given_name") == rule


def test_frequency_decides_between_equals(world: World) -> None:
    names = ["Zoe", "Zoe", "Ann"]
    world.build([{"given_name": name} for name in names])
    assert (world.golden()["given_name"], world.rule_of("given_name")) == ("Zoe", "frequency")
    sources = world.table("attribute_sources").row(0, named=True)
    assert sources["claim_count"] == 3
    assert [loser["value"] for loser in json.loads(sources["losers"])] == ["Ann"]


def test_a_role_mailbox_gives_way_to_a_mailbox_of_ones_own(world: World) -> None:
    shared = {"record_id": 1, "kind": "email", "value": "info@example.com", "is_generic": True}
    world.build(
        [
            {"emails": ["info@example.com"], "source": "crm"},
            {"emails": ["ann@example.com"], "source": "web"},
        ],
        generic=[shared],
    )
    assert world.golden()["email"] == "ann@example.com"
    assert world.golden()["emails"] == ["ann@example.com", "info@example.com"]


def test_a_golden_record_names_its_household_and_one_that_is_alone_none(world: World) -> None:
    homes: list[dict[str, object]] = [
        {"customer_id": customer, "household_id": "h_1", "customer_count": 2}
        for customer in ("c_1", "c_2")
    ]
    people: list[Person] = [{"given_name": name} for name in ("Ann", "Ben", "Cem")]
    world.build(people, customer_of={2: "c_2", 3: "c_3"}, homes=homes)
    told = world.table("customers").select("customer_id", "household_id").rows()
    assert told == [("c_1", "h_1"), ("c_2", "h_1"), ("c_3", None)]


def test_an_address_survives_whole(world: World) -> None:
    world.build(
        [
            {"street": "1 Elm St", "city": "Reno", "source": "web"},
            {"city": "Boise", "postcode": "83701", "source": "crm"},
        ]
    )
    golden = world.golden()
    assert (golden["street"], golden["city"], golden["postcode"]) == ("1 Elm St", "Reno", None)


def test_one_refusal_outweighs_any_consent(world: World) -> None:
    world.build(
        [
            {"email_consent": True, "source": "crm"},
            {"email_consent": False, "source": "web", "observed_at": START - timedelta(days=999)},
            {"sms_consent": True},
        ]
    )
    golden = world.golden()
    consents = [golden[f"{channel}_consent"] for channel in ("email", "sms", "phone", "post")]
    assert consents == [False, True, None, None]


@pytest.mark.parametrize(
    ("person", "kind"),
    [
        ({"devices": ["d1"]}, "anonymous"),
        ({"devices": ["d1"], "emails": ["a@example.com"]}, "identified"),
        ({"given_name": "Ann"}, "identified"),
        ({"keys": ["shop:1"]}, "identified"),
        ({"keys": ["crm:1"], "stated": '{"emails":["***@***"]}'}, "identified"),
        ({"keys": ["crm:***@***"], "stated": '{"emails":["***@***"]}'}, "anonymous"),
        ({"keys": ["crm:***@***|0000"], "stated": '{"emails":["***@***"],"phones":["0000"]}'},
         "anonymous"),
        ({"keys": ["crm:***@***|7"], "stated": '{"emails":["***@***"]}'}, "identified"),
        ({"keys": ["web:d:1"], "devices": ["d:1"], "stated": '{"devices":["d:1"]}'}, "anonymous"),
        ({"keys": ["crm:Test"], "stated": '{"full_name":"Test"}'}, "anonymous"),
    ],
)  # fmt: skip
def test_who_has_nothing_usable_but_a_device_is_anonymous(
    world: World, person: Person, kind: str
) -> None:
    lists: Person = {"emails": [], "phones": [], "devices": [], "handles": [], "keys": []}
    world.build([lists | person])
    assert world.golden()["kind"] == kind


@pytest.mark.parametrize(
    ("links", "weakest"),
    [
        ({(1, 2): 0.99, (2, 3): 0.8, (1, 3): 0.7, (3, 4): 0.9}, 0.8),
        ({(1, 2): 0.99, (3, 4): 0.98, (2, 3): 0.6, (1, 4): 0.55}, 0.6),
    ],
)
def test_confidence_is_that_of_the_weakest_link_without_which_it_falls_apart(
    world: World, links: dict[tuple[int, int], float], weakest: float
) -> None:
    world.build([{}, {}, {}, {}], probability=links)
    assert world.golden()["identity_confidence"] == pytest.approx(weakest)


def test_a_person_who_left_is_no_customer_and_their_touches_have_no_timeline(world: World) -> None:
    world.build([{"is_current": True}], touches=[{"record_id": 1}, {"record_id": 99}])
    assert world.table("timeline")["source_touchpoint_id"].to_list() == ["1"]


def test_the_timeline_is_in_the_order_of_time_with_total_ties(world: World) -> None:
    days = [3, 1, 2, 1]
    touches: list[dict[str, object]] = [{"occurred_at": START + timedelta(days=d)} for d in days]
    world.build([{}], touches)
    placed = world.table("timeline").sort("position")
    assert placed["position"].to_list() == [1, 2, 3, 4]
    assert placed["touchpoint_id"].to_list() == [2, 4, 3, 1]


def test_traits_are_sums_over_the_touches_up_to_as_of(world: World) -> None:
    world.build(
        [{}],
        [
            {"amount": Decimal("10.50"), "currency": "USD", "channel": "shop"},
            {"amount": Decimal("4.50"), "currency": "USD", "channel": "shop",
             "occurred_at": AS_OF - timedelta(days=10)},
            {"amount": Decimal(99), "currency": "EUR", "channel": "shop"},
            {"amount": Decimal(-3), "currency": "USD", "channel": "shop"},
            {"score": 4.0, "channel": "survey"},
            {"amount": Decimal(1000), "currency": "USD", "occurred_at": AS_OF + timedelta(1)},
        ],
    )  # fmt: skip
    traits = world.traits()
    assert (traits["touch_count"], traits["order_count"]) == (5, 3)
    assert (traits["revenue"], traits["currency"]) == (Decimal("15.000"), "USD")
    assert (traits["recency_days"], traits["average_score"]) == (10, 4.0)
    assert (traits["channels"], traits["top_channel"]) == (["shop", "survey"], "shop")
    assert json.loads(str(traits["channel_mix"])) == {"shop": 0.8, "survey": 0.2}


def test_fifths_rise_with_the_value_and_equals_share_one(world: World) -> None:
    people: list[Person] = [{} for _ in range(10)]
    touches: list[dict[str, object]] = [
        {"record_id": n, "amount": Decimal(n // 2 * 10 + 1), "currency": "USD"}
        for n in range(1, 11)
    ]
    world.build(people, touches, customer_of={n: f"c_{n:02}" for n in range(1, 11)})
    traits = world.table("computed_traits").sort("revenue")
    fifths = dict(traits.group_by("revenue").agg(pl.col("rfm_monetary").unique()).iter_rows())
    assert all(len(fifth) == 1 for fifth in fifths.values())
    assert [fifths[revenue][0] for revenue in sorted(fifths)] == sorted(
        fifth[0] for fifth in fifths.values()
    )
    assert traits["rfm_monetary"].max() == 5
    assert set(traits["rfm_frequency"]) == {3}
