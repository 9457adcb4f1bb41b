"""Profiles made again where something was touched are those that are made whole, day after day."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import combinations

import polars as pl
from hypothesis import example, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from cdp.engine import DuckDBEngine
from cdp.profiles import build_customers, build_timeline, customers_of
from cdp.resolve import assign_customer_ids
from cdp.tables import CONTRACTS
from tests.laws.world import WITHOUT_SHRINKING
from tests.resolve.people import Person, frame

START = datetime(2026, 1, 1)
TRUST = {"crm": 8, "web": 3}
DAYS = 3
MADE = ("customers", "attribute_sources", "claims", "timeline")
GIVEN = ("clean.records", "clean.touchpoints", "identity.members", "identity.links",
         "identity.identifiers", "identity.households")  # fmt: skip
SOMEBODY_ENDS = 8
_WHAT_HAPPENS = ["leaves", "changes", "moves", "visits", "is shared", *["nothing"] * 10]
Rows = list[dict[str, object]]


@dataclass
class Day:
    """What is told on a day, by record: who it is, in which cluster, its touchpoints and links."""

    people: dict[int, Person] = field(default_factory=dict)
    clusters: dict[int, int] = field(default_factory=dict)
    touches: dict[int, tuple[int, ...]] = field(default_factory=dict)
    generic: set[int] = field(default_factory=set)
    chances: dict[tuple[int, int], float] = field(default_factory=dict)

    def after(self, dice: random.Random) -> Day:
        """The next day: of ten records some come, leave, change in one thing; most stay."""
        fresh = Day()
        for record in range(1, 11):
            is_known = record in self.people
            what = dice.choice(_WHAT_HAPPENS) if is_known else "comes"
            if what == "leaves" or (not is_known and dice.random() < 0.5):
                continue
            told, at = self.people.get(record), self.clusters.get(record)
            days, is_generic = self.touches.get(record), record in self.generic
            if what in ("comes", "changes") or told is None:
                told = person(record, dice)
            if what in ("comes", "moves") or at is None:
                at = dice.randrange(4)
            if what in ("comes", "visits") or days is None:
                days = tuple(dice.choices(range(9), k=dice.randrange(3)))
            fresh.people[record], fresh.clusters[record], fresh.touches[record] = told, at, days
            if is_generic != (what == "is shared"):
                fresh.generic.add(record)
        if dice.random() < 0.4:
            ends, lives = dice.randrange(4), dice.randrange(4)
            fresh.clusters = {r: lives if c == ends else c for r, c in fresh.clusters.items()}
        fresh._link(self, dice)
        return fresh

    def _link(self, former: Day, dice: random.Random) -> None:
        """A link within each two of one cluster, of the same chance as before, nearly always."""
        for one, other in combinations(sorted(self.clusters), 2):
            if self.clusters[one] == self.clusters[other]:
                drawn = dice.choice([0.5, 0.7, 0.9])
                known = former.chances.get((one, other), drawn)
                self.chances[one, other] = known if dice.random() < 0.95 else drawn

    def of(self, record: int) -> object:
        """All that is told of one record, but for whose it is."""
        chances = {pair: chance for pair, chance in self.chances.items() if record in pair}
        known = self.people.get(record), self.touches.get(record), record in self.generic
        return *known, chances


def person(record: int, dice: random.Random) -> Person:
    """What a source says of somebody today; some are a cookie and nothing else."""
    told: Person = {"record_id": record, "source": dice.choice(["crm", "web"]), "devices": ["d"]}
    if dice.random() < 0.2:
        return told
    return told | {
        "given_name": dice.choice(["A", "Ann", "Anna", None]),
        "surname": dice.choice(["Lee", "Lea"]),
        "emails": dice.choice([[], ["a@example.com"], ["b@example.com", "c@example.com"]]),
        "city": dice.choice([None, "Troy"]),
        "email_consent": dice.choice([None, True, False]),
        "attributes": dice.choice(["{}", '{"level": "gold"}', '{"level": "silver"}']),
        "observed_at": START + timedelta(days=dice.randrange(3)),
    }


class Store:
    """An engine and what is told it."""

    def __init__(self, engine: DuckDBEngine) -> None:
        self.engine = engine

    def put(self, name: str, rows: Iterable[dict[str, object]] | pl.DataFrame) -> None:
        """Let a table have these rows; what they do not tell is null."""
        contract = CONTRACTS[name]
        if not isinstance(rows, pl.DataFrame):
            empty = pl.from_arrow(contract.schema.empty_table())
            assert isinstance(empty, pl.DataFrame)
            whole = [dict.fromkeys(empty.columns) | row for row in rows]
            rows = pl.DataFrame(whole, schema=empty.schema)
        self.engine.store_frame(contract, rows, append=False)

    def tell(self, day: Day, number: int, dice: random.Random) -> None:
        """A day's records, who they are, and homes of customers that are drawn anew."""
        self.put("clean.records", frame(day.people.values()))
        self.put("clean.touchpoints", touchpoints(day))
        self.put("identity.identifiers", (
            {"record_id": record, "kind": "email", "value": "a@example.com", "is_generic": True}
            for record in day.generic & day.people.keys()
        ))  # fmt: skip
        self.put("identity.links", (
            {"record_l": one, "record_r": other, "kind": "probabilistic", "status": "accepted",
             "match_weight": 9.0, "match_probability": chance, "rule_count": 1, "evidence": "{}"}
            for (one, other), chance in day.chances.items()
        ))  # fmt: skip
        smallest = {c: min(r for r, d in day.clusters.items() if d == c) for c in range(4)
                    if c in day.clusters.values()}  # fmt: skip
        self.put("identity.clusters", (
            {"record_id": record, "cluster": smallest[c]} for record, c in day.clusters.items()
        ))  # fmt: skip
        at = START + timedelta(days=number)
        assign_customer_ids(self.engine, project="p", as_of=at, run_id=f"r{number}")
        customers = sorted(set(self.owners().values()))
        self.put("identity.households", homes(customers, dice))

    def owners(self) -> dict[int, str]:
        found = self.engine.query("from identity.members where valid_to is null")
        return dict(found.select("record_id", "customer_id").iter_rows())

    def build(self, records: Sequence[int] | None) -> None:
        """Make the profiles: what is touched by some records, or all."""
        chosen = None
        if records is not None:
            chosen = customers_of(self.engine, pl.Series(records, dtype=pl.Int64))
        build_customers(self.engine, trust=TRUST, customers=chosen)
        build_timeline(self.engine, customers=chosen)


def touchpoints(day: Day) -> Rows:
    return [
        {"touchpoint_id": 10 * record + nth, "source": "web", "record_id": record,
         "source_touchpoint_id": f"{record}.{nth}", "channel": "web",
         "occurred_at": START + timedelta(days=at),
         "delivery_id": "d", "source_file": "f", "source_row": nth}
        for record, days in day.touches.items()
        for nth, at in enumerate(days)
    ]  # fmt: skip


def homes(customers: list[str], dice: random.Random) -> Rows:
    """Sometimes the first two live together, sometimes others, often nobody."""
    if len(customers) < 2 or dice.random() < 0.4:
        return []
    one, other = dice.choice([customers[:2], customers[-2:]])
    return [{"customer_id": c, "household_id": f"h_{one}", "customer_count": 2}
            for c in (one, other)]  # fmt: skip


@settings(max_examples=1, phases=WITHOUT_SHRINKING)
@given(st.integers(0, 10_000))
@example(SOMEBODY_ENDS)
@example(3)
def test_what_touched_customers_are_made_to_is_what_all_are_made_to(seed: int) -> None:
    dice, day, ended = random.Random(seed), Day(), 0
    with closing(DuckDBEngine()) as daily, closing(DuckDBEngine()) as anew:
        store, whole = Store(daily), Store(anew)
        for number in range(DAYS):
            former, owned = day, store.owners() if number else {}
            day = former.after(dice)
            store.tell(day, number, dice)
            owners = store.owners()
            touched = [r for r in range(1, 11)
                       if (former.of(r), owned.get(r)) != (day.of(r), owners.get(r))]  # fmt: skip
            ended += bool(set(owned.values()) - set(owners.values()))
            store.build(touched if number else None)
        for name in GIVEN:
            whole.put(name, daily.query(f"from {name}"))
        whole.build(None)
        for name in MADE:
            of_all = f"from profile.{name} order by all"
            assert_frame_equal(daily.query(of_all), anew.query(of_all))
        assert seed != SOMEBODY_ENDS or ended, (
            "no customer ended in the example that should show it"
        )
