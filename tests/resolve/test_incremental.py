"""Law 5 in matching: whatever came when, a kept model makes of the records what one run makes."""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import closing
from datetime import date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from cdp.engine import DuckDBEngine
from cdp.resolve import (
    ResolveSettings,
    Version,
    assign_customer_ids,
    begin_training,
    build_identifiers,
    cluster_records,
    score_pairs,
)
from cdp.tables import CONTRACTS
from cdp.tables.model import MODELS, VERSIONED
from tests.laws.world import WITHOUT_SHRINKING
from tests.resolve.people import BEGINNING, TRAINING, Person, frame, strangers
from tests.thorough import thorough

KEPT = Version("m_0001", is_training=False)
MADE = (
    "records", "identifiers", "attributes", "holders", "block_keys", "weighed_pairs",
    "declared_pairs", "household_pairs", "scored_pairs", "links", "clusters",
)  # fmt: skip
RULES = ResolveSettings.model_validate(
    {
        "always_link": [{"name": "same badge", "same": ["handle"]}],
        "never_link": [{"name": "two tiers", "same": ["phone"], "different": ["suffix"]}],
        "limits": {"crm": {"per_customer": 1}},
    }
)


def crowd(count: int, seed: int) -> list[Person]:
    """Strangers, their doubles with slips, couples on one phone, shared keys, badges, devices."""
    dice = random.Random(seed)
    people = strangers(count, seed)
    for person in list(people):
        chance = dice.random()
        if chance < 0.35:
            twin = {**person, "source": dice.choice(["crm", "shop", "web"])}
            del twin[dice.choice(["emails", "phones", "birth_date", "street"])]
            people.append(twin)
        elif chance < 0.5:
            people.append({**person, "given_name": "zoe", "emails": [], "birth_date": None})
        elif chance < 0.6:
            keyed = {"keys": [f"crm:{dice.randrange(5)}"], "source": "shop"}
            people.append({**keyed, "given_name": person["given_name"]})
        elif chance < 0.7:
            people.append({"handles": [f"badge{dice.randrange(4)}"], "source": "web"})
            person["handles"] = [f"badge{dice.randrange(4)}"]
        elif chance < 0.8:
            people.append({"devices": [f"d{dice.randrange(3)}"], "source": "web"})
            person |= {"devices": [f"d{dice.randrange(3)}"], "suffix": dice.choice(["jr", "sr"])}
    dice.shuffle(people)
    return people


def trained(records: pl.DataFrame, chosen: ResolveSettings) -> dict[str, pl.DataFrame]:
    """The tables of a model that was trained on all records."""
    with closing(DuckDBEngine()) as engine:
        engine.store_frame(CONTRACTS["clean.records"], records, append=False)
        begin_training(engine, TRAINING, settings=chosen, as_of=BEGINNING)
        build_identifiers(engine, settings=chosen, version=TRAINING)
        score_pairs(engine, settings=chosen, version=TRAINING, seed=1)
        return {c.name: engine.query(f"from {c.name}") for c in (MODELS, *VERSIONED)}


class Store:
    """Records in a store that has a model."""

    def __init__(self, model: dict[str, pl.DataFrame], chosen: ResolveSettings) -> None:
        self.engine, self.chosen, self.day = DuckDBEngine(), chosen, 0
        for name, rows in model.items():
            self.engine.store_frame(CONTRACTS[name], rows, append=False)

    def resolve(self, records: pl.DataFrame, touched: pl.Series | None) -> pl.Series | None:
        """Have these records, of which some are touched; what was looked at."""
        self.engine.store_frame(CONTRACTS["clean.records"], records, append=False)
        told = {"settings": self.chosen, "version": KEPT}
        near = build_identifiers(self.engine, records=touched, **told)  # type: ignore[arg-type]  # by name
        if near is None or len(near):
            near = score_pairs(self.engine, seed=1, records=near, **told)  # type: ignore[arg-type]  # by name
            cluster_records(self.engine, settings=self.chosen, records=near)
            as_of = datetime(2026, 2, 1) + timedelta(days=self.day)
            assign_customer_ids(
                self.engine, project="p", as_of=as_of, run_id=f"r{self.day:02}", records=near
            )
        self.day += 1
        return near

    def state(self) -> dict[str, pl.DataFrame]:
        """All that resolving made, but for ids."""
        return {name: self.engine.query(f"from identity.{name} order by all") for name in MADE}

    def customers(self) -> set[frozenset[int]]:
        """The customers of today, as sets of records."""
        now = self.engine.query("from identity.members where valid_to is null")
        grouped = now.group_by("customer_id").agg("record_id")
        return {frozenset(records) for records in grouped["record_id"].to_list()}


def batches(records: pl.DataFrame, dice: random.Random) -> list[tuple[pl.DataFrame, pl.Series]]:
    """The records in some portions, in between some leave or change; in the end some are gone."""
    leaving = records.sample(records.height // 4, seed=dice.randrange(99))
    cuts = sorted(dice.sample(range(1, records.height), dice.randint(1, 4)))
    told = []
    have = former = records.clear()
    for start, end in zip([0, *cuts], [*cuts, records.height], strict=True):
        fresh = records.slice(start, end - start)
        have = pl.concat([have, fresh])
        if end < records.height:
            gone = have.sample(min(3, have.height), seed=dice.randrange(99))
            have = have.join(gone, on="record_id", how="anti")
            other = have.sample(min(3, have.height), seed=dice.randrange(99)).with_columns(
                surname=pl.lit("meyer"), phones=pl.lit(["+13055550001"])
            )
            have = pl.concat([have.join(other, on="record_id", how="anti"), other])
        else:
            have = records.join(leaving, on="record_id", how="anti")
        sides = [have.join(former, on=have.columns, how="anti", nulls_equal=True)]
        sides.append(former.join(have, on=have.columns, how="anti", nulls_equal=True))
        told.append((have, pl.concat(sides)["record_id"].unique()))
        former = have
    return told


@pytest.mark.parametrize(
    "chosen",
    [pytest.param(ResolveSettings(), marks=thorough, id="plain"), pytest.param(RULES, id="rules")],
)
@settings(max_examples=1, phases=WITHOUT_SHRINKING, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_any_portions_make_what_one_run_makes(chosen: ResolveSettings, seed: int) -> None:
    dice = random.Random(seed)
    records = frame(crowd(40, seed)).sample(fraction=1, shuffle=True, seed=seed)
    model = trained(records, chosen)
    whole, portioned = Store(model, chosen), Store(model, chosen)
    with closing(whole.engine), closing(portioned.engine):
        told = batches(records, dice)
        whole.resolve(told[-1][0], None)
        for have, touched in told:
            portioned.resolve(have, touched)
        expected = whole.state()
        for name, table in portioned.state().items():
            assert_frame_equal(table, expected[name])
        assert portioned.customers() == whole.customers()


def looked_at(fresh: Sequence[Person]) -> pl.Series | None:
    """Which records are looked at when some come to a store of strangers."""
    people = strangers(60)
    chosen = ResolveSettings()
    store = Store(trained(frame(people), chosen), chosen)
    with closing(store.engine):
        store.resolve(frame(people), None)
        return store.resolve(frame([*people, *fresh]), pl.Series(range(61, 61 + len(fresh))))


@thorough
def test_a_stranger_is_looked_at_alone() -> None:
    stranger: Person = {"given_name": "quentin", "surname": "zzyzx", "birth_date": date(1931, 1, 2)}
    near = looked_at([stranger])
    assert near is not None
    assert near.to_list() == [61]


@thorough
def test_a_double_is_looked_at_with_the_one_it_is_like() -> None:
    near = looked_at([strangers(60)[4]])
    assert near is not None
    assert near.to_list() == [5, 61]


def test_people_who_begin_to_share_a_phone_are_weighed_again() -> None:
    lodger: Person = {"given_name": "zoe", "surname": "quill", "phones": ["+13055550004"]}
    near = looked_at([lodger])
    assert near is not None
    assert 5 in near
