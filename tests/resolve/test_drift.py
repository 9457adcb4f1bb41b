"""Drift: a run tells when the records have moved away from those that its model was trained on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.engine import DuckDBEngine
from cdp.resolve import (
    ResolveSettings,
    Version,
    begin_training,
    build_identifiers,
    drift_notices,
    drift_of,
)
from cdp.resolve.blocking import build_candidates
from cdp.resolve.drift import MIN_COUNTED, note_counts
from cdp.resolve.features import Features
from cdp.resolve.model import shipped_model
from cdp.resolve.versions import finish
from cdp.store.stability import stability_index
from cdp.tables import CONTRACTS
from tests.resolve.people import BEGINNING, TRAINING, Person, frame, stating, strangers
from tests.resolve.test_incremental import KEPT

CHOSEN = ResolveSettings.model_validate({"compare": {"tier": "exact"}})
ENOUGH = MIN_COUNTED
PEOPLE = [stating(person, tier="gold") for person in strangers(ENOUGH)]
HEAVY = [22.0] * ENOUGH
SHARES = st.lists(st.floats(0.0, 1.0), min_size=3, max_size=3)


class Records:
    """A store of people and of pairs that weigh so many bits, and what its model noted of them."""

    def __init__(self, engine: DuckDBEngine) -> None:
        self.engine = engine
        begin_training(engine, TRAINING, settings=CHOSEN, as_of=BEGINNING)
        self.hold(PEOPLE, HEAVY)
        finish(engine, TRAINING, shipped_model((), record_count=ENOUGH), kept_from=0)
        note_counts(engine, TRAINING, settings=CHOSEN)

    def have(self, people: Sequence[Person], bits: Sequence[float] = HEAVY) -> list[dict[str, Any]]:
        """Hold these from now on; what has moved since the training."""
        self.hold(people, bits)
        return moved(self.engine)

    def hold(self, people: Sequence[Person], bits: Sequence[float]) -> None:
        self.engine.store_frame(CONTRACTS["clean.records"], frame(people), append=False)
        build_identifiers(self.engine, settings=CHOSEN, version=KEPT)
        scored = CONTRACTS["identity.scored_pairs"]
        pair = {"kind": "probabilistic", "match_probability": 1.0, "rule_count": 1, "reason": "r"}
        rows = [
            pair | {"record_l": n, "record_r": n + 1, "match_weight": weight, "evidence": "{}"}
            for n, weight in enumerate(bits)
        ]
        pairs = pl.DataFrame(rows, schema=pl.Schema(scored.schema))
        self.engine.store_frame(scored, pairs, append=False)


def moved(engine: DuckDBEngine, chosen: ResolveSettings = CHOSEN) -> list[dict[str, Any]]:
    told = drift_of(engine, KEPT, settings=chosen)["model_drift"]
    assert told is not None
    found: list[dict[str, Any]] = json.loads(told)["moved"]
    return found


def told_of(found: Sequence[dict[str, Any]]) -> str:
    return json.dumps({"model_id": "m_0001", "moved": list(found)})


def shares(found: Sequence[dict[str, Any]]) -> dict[tuple[str, str, str], tuple[float, float]]:
    return {
        (one["figure"], one["subject"], one["source"]): (one["was"], one["now"])
        for one in found
        if "index" in one
    }


def without(field: str, people: Sequence[Person] = PEOPLE, **others: object) -> list[Person]:
    return [{k: v for k, v in one.items() if k != field} | others for one in people]


@pytest.fixture
def records() -> Iterator[Records]:
    with closing(DuckDBEngine()) as engine:
        yield Records(engine)


def test_the_same_records_have_not_moved(records: Records) -> None:
    assert moved(records.engine) == []
    assert records.have(PEOPLE[::-1], HEAVY[::-1]) == []


def test_a_new_source_without_emails_that_triples_the_store_is_told(records: Records) -> None:
    found = records.have([*PEOPLE, *without("emails", [*PEOPLE, *PEOPLE], source="kiosk")])
    assert found[0] == {"figure": "records", "was": ENOUGH, "now": 3 * ENOUGH}
    assert shares(found) == {("stated", "email", ""): (1.0, 0.3333)}
    lines = drift_notices({"model_drift": told_of(found)})
    assert "records that state `email`, 100 % to 33.3 %" in " ".join(lines)
    assert "`cdp model train`" in lines[-1]


def test_a_source_that_states_less_is_told_by_its_name(records: Records) -> None:
    shop = [{**person, "source": "shop"} for person in PEOPLE]
    records.have([*PEOPLE, *shop])
    note_counts(records.engine, KEPT, settings=CHOSEN)
    found = shares(records.have([*PEOPLE, *without("phones", shop)]))
    assert found["stated", "phone", "shop"] == (1.0, 0.0)
    assert ("stated", "phone", "crm") not in found


def test_an_attribute_of_the_project_that_nobody_states_any_more_is_told(records: Records) -> None:
    found = records.have([{**person, "stated": "{}"} for person in PEOPLE])
    assert shares(found) == {("stated", "tier", ""): (1.0, 0.0)}


def test_an_identifier_that_all_come_to_share_is_told(records: Records) -> None:
    one_phone = without("phones", phones=["+13055550000"], given_name="ann")
    found = shares(records.have(one_phone))
    was, now = found["distinct", "phone", ""]
    assert now < 0.1
    assert was > 0.9
    grown = records.have(one_phone + one_phone)
    assert ("distinct", "phone", "") not in shares(grown)


def test_values_that_come_to_point_to_nobody_are_told(records: Records) -> None:
    found = shares(records.have(without("emails", emails=["info@example.com"])))
    assert found["generic", "email", ""] == (0.0, 1.0)


def test_pairs_that_come_to_weigh_less_are_told(records: Records) -> None:
    lighter = [22.0] * (ENOUGH // 2) + [3.0] * (ENOUGH // 2)
    (found,) = records.have(PEOPLE, lighter)
    assert (found["figure"], found["band"], found["was"], found["now"]) == (
        "match_weight", 0, 0.0, 0.5,
    )  # fmt: skip


@pytest.mark.parametrize("count", [0, 1, ENOUGH - 1])
def test_few_pairs_and_few_records_tell_nothing(records: Records, count: int) -> None:
    assert records.have(PEOPLE, [3.0] * count) == []
    assert records.have(without("emails")[:count]) == []


def test_pairs_that_are_likelier_two_people_or_share_a_key_do_not_count(records: Records) -> None:
    assert records.have(PEOPLE, HEAVY + [-9.0] * ENOUGH) == []
    records.hold(PEOPLE, HEAVY + [40.0] * ENOUGH)
    records.engine.connection.execute(
        "update identity.scored_pairs set kind = 'declared' where match_weight = 40"
    )
    assert moved(records.engine) == []


def test_a_version_of_a_former_release_does_not_warn(records: Records) -> None:
    records.engine.delete("model.counts", "model_id", ["m_0001"])
    assert records.have(without("emails"), [3.0] * ENOUGH) == []
    # As when a store is opened: the engine knows nothing of its tables yet.
    with pytest.raises(InterruptedError), records.engine.transaction():
        raise InterruptedError
    for table in ("model.counts", "identity.outgrown_blocks"):
        records.engine.connection.execute(f"drop table if exists {table}")
    assert moved(records.engine) == []


def test_a_run_that_trains_has_nothing_to_compare(records: Records) -> None:
    assert drift_of(records.engine, TRAINING, settings=CHOSEN) == {"model_drift": None}


@given(SHARES, SHARES)
def test_the_index_is_never_negative_and_the_same_both_ways(
    was: list[float], now: list[float]
) -> None:
    assert stability_index(was, now) >= 0
    assert stability_index(was, now) == pytest.approx(stability_index(now, was))
    assert stability_index(was, was) == 0


def test_blocks_that_outgrow_the_model_are_told_as_long_as_they_do() -> None:
    chosen, people = ResolveSettings(max_block_size=2), strangers(40)
    lodgers: list[Person] = [
        {"given_name": f"{name}oe", "surname": f"q{name}ll", "phones": ["+13055550004"]}
        for name in "abcdefghijkl"
    ]
    with closing(DuckDBEngine()) as engine:
        begin_training(engine, TRAINING, settings=chosen, as_of=BEGINNING)
        block(engine, people, None, TRAINING, chosen)
        finish(engine, TRAINING, shipped_model((), record_count=40), kept_from=0)
        assert moved(engine, chosen) == []
        for count, touched in ((12, range(41, 53)), (10, range(51, 53)), (9, range(50, 51))):
            block(engine, [*people, *lodgers[:count]], pl.Series(list(touched)), KEPT, chosen)
            counted = engine.query(
                "select block, count(*) from identity.block_keys"
                " group by block having count(*) > 10 order by block"
            )
            kept = engine.query("select block, records from identity.outgrown_blocks order by all")
            assert kept.rows() == counted.rows()
            found = moved(engine, chosen)
            told = [(one["rule"], one["blocks"], one["records"]) for one in found]
            assert told == ([("phone", 1, count + 1)] if count > 9 else [])
            lines = " ".join(drift_notices({"model_drift": told_of(found)}))
            assert ("`phone`: more than 10 records" in lines) == (count > 9)
            assert "+1305" not in lines


def block(
    engine: DuckDBEngine,
    people: Sequence[Person],
    touched: pl.Series | None,
    version: Version,
    chosen: ResolveSettings,
) -> None:
    """Find the candidates of touched people; no pair is weighed."""
    engine.store_frame(CONTRACTS["clean.records"], frame(people), append=False)
    near = build_identifiers(engine, settings=chosen, version=version, records=touched)
    with closing(DuckDBEngine()) as scratch:
        features = Features(engine, scratch, settings=chosen, model_id=version.model_id)
        features.add(near)
        build_candidates(engine, scratch, settings=chosen, version=version, records=near)
