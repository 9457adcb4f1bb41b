"""Jitter: the share of known records whose customer is another after a run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdp.engine import DuckDBEngine
from cdp.resolve import assign_customer_ids
from cdp.store.jitter import jitter_notice, jitter_of
from cdp.tables import CONTRACTS

START = datetime(2026, 1, 1)
groupings = st.dictionaries(st.integers(1, 8), st.integers(1, 4), max_size=8)


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    with closing(DuckDBEngine()) as opened:
        yield opened


def resolved(engine: DuckDBEngine, groups: dict[int, int], day: int) -> dict[int, str]:
    smallest = {g: min(r for r in groups if groups[r] == g) for g in groups.values()}
    rows = [(record, smallest[group]) for record, group in groups.items()]
    clusters = pl.DataFrame(rows, {"record_id": pl.Int64, "cluster": pl.Int64}, orient="row")
    engine.store_frame(CONTRACTS["identity.clusters"], clusters, append=False)
    at = START + timedelta(days=day)
    assign_customer_ids(engine, project="acme", as_of=at, run_id=f"r{day}")
    now = engine.query("select record_id, customer_id from identity.members where valid_to is null")
    return dict(now.iter_rows())


@settings(max_examples=20)
@given(groupings, groupings, groupings)
def test_it_counts_records_known_then_and_now_against_the_published_run(
    first: dict[int, int], failed: dict[int, int], second: dict[int, int]
) -> None:
    with closing(DuckDBEngine()) as engine:
        was = resolved(engine, first, 1)
        resolved(engine, failed, 2)  # a run that the gate kept back
        now = resolved(engine, second, 3)
        kept = was.keys() & now.keys()
        moved = sum(was[record] != now[record] for record in kept)
        told = jitter_of(engine, {"as_of": START + timedelta(days=1)})
        expected = (moved, moved / len(kept)) if kept else (None, None)
        assert (told["moved_records"], told["jitter"]) == expected


def test_the_first_run_has_none(engine: DuckDBEngine) -> None:
    resolved(engine, {1: 1}, 1)
    assert jitter_of(engine, None) == {"moved_records": None, "jitter": None}


def test_of_two_that_merge_the_records_of_the_one_that_ends_count(engine: DuckDBEngine) -> None:
    resolved(engine, {1: 1, 2: 1, 3: 1, 4: 4}, 1)
    resolved(engine, {1: 1, 2: 1, 3: 1, 4: 1, 5: 1}, 2)
    told = jitter_of(engine, {"as_of": START + timedelta(days=1)})
    assert told == {"moved_records": 1, "jitter": 0.25}


@pytest.mark.parametrize(("moved", "share"), [(0, 0.0), (200, 0.02), (9, 0.9), (None, None)])
def test_a_calm_run_wants_no_look(moved: int | None, share: float | None) -> None:
    assert jitter_notice({"moved_records": moved, "jitter": share}) is None


def test_a_run_past_two_percent_wants_a_look() -> None:
    notice = jitter_notice({"moved_records": 201, "jitter": 0.0201})
    assert notice is not None
    assert "2.01 %" in notice
    assert "customer_changes" in notice
