"""Matching and chance: rows in any order, any number of threads, the same links to the last bit."""

from __future__ import annotations

import itertools

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cdp.engine import DuckDBEngine
from cdp.resolve import ResolveSettings, begin_training, build_identifiers
from cdp.resolve.blocking import build_candidates
from cdp.resolve.features import Features
from cdp.tables import CONTRACTS
from tests.resolve.people import BEGINNING, TRAINING, Person, frame, resolved, strangers


def doubled(count: int) -> list[Person]:
    """Strangers, every third with a second record that states less, or with an error."""
    people = [person | {"record_id": n} for n, person in enumerate(strangers(count), 1)]
    for n, person in enumerate(people[::3], 1001):
        twin = dict(person) | {"record_id": n}
        del twin[("emails", "phones", "birth_date", "street")[n % 4]]
        people.append(twin)
    return people


@pytest.fixture(scope="module")
def straight() -> dict[str, pl.DataFrame]:
    return resolved(frame(doubled(240)))


def test_most_doubles_are_found(straight: dict[str, pl.DataFrame]) -> None:
    clusters = dict(straight["clusters"].iter_rows())
    found = sum(clusters[n] == clusters[3 * (n - 1001) + 1] for n in range(1001, 1081))
    assert found == 80
    assert len(set(clusters.values())) == 240


def test_the_order_of_rows_changes_nothing(straight: dict[str, pl.DataFrame]) -> None:
    people = doubled(240)
    mixed = (
        frame(people).with_columns(source_row=pl.lit(1)).sample(fraction=1, shuffle=True, seed=3)
    )
    for name, table in resolved(mixed).items():
        assert_frame_equal(table, straight[name])


def test_the_number_of_threads_changes_nothing(straight: dict[str, pl.DataFrame]) -> None:
    for name, table in resolved(frame(doubled(240)), threads=1).items():
        assert_frame_equal(table, straight[name])


def test_blocking_finds_every_pair_that_shares_an_identifier_or_name_and_day() -> None:
    people = doubled(120)
    settings = ResolveSettings()
    engine, scratch = DuckDBEngine(), DuckDBEngine()
    engine.store_frame(CONTRACTS["clean.records"], frame(people), append=False)
    begin_training(engine, TRAINING, settings=settings, as_of=BEGINNING)
    build_identifiers(engine, settings=settings, version=TRAINING)
    features = Features(engine, scratch, settings=settings, model_id=TRAINING.model_id)
    features.add(None)
    build_candidates(engine, scratch, settings=settings, version=TRAINING, records=None)
    found = set(scratch.query("select join_key_l, join_key_r from work.candidates").iter_rows())

    def agree(one: Person, other: Person) -> bool:
        same = [
            bool(set(one.get(kind) or ()) & set(other.get(kind) or ()))  # type: ignore[call-overload]  # lists of text
            for kind in ("emails", "phones")
        ]
        named = all(
            one.get(k) is not None and one.get(k) == other.get(k) for k in ("surname", "birth_date")
        )
        return any(same) or named

    wanted = {
        tuple(sorted((int(str(a["record_id"])), int(str(b["record_id"])))))
        for a, b in itertools.combinations(people, 2)
        if agree(a, b)
    }
    assert len(wanted) >= 40
    assert wanted <= found
    assert all(left < right for left, right in found)
