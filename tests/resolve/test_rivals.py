"""A record is at most one person: whom else it may be counts against a pair, and no more."""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cdp.resolve
from cdp.engine import DuckDBEngine, load
from tests.resolve.people import frame, record, resolved, strangers

SQL = Path(cdp.resolve.__file__).parent / "sql"
AGAINST = 14.0
Pairs = Mapping[tuple[int, int], tuple[float, int, list[float], float]]
"""Two records to the match weight, what both state, the bits of two comparisons, repeat bits."""

BITS = st.integers(-12, 12).map(float)
PAIR = st.tuples(
    st.integers(-3, 25).map(float), st.integers(0, 3), st.lists(BITS, min_size=2, max_size=2),
    st.sampled_from([0.0, -6.0, -math.inf]),
)  # fmt: skip
NAMES = [(one, other) for one in range(5) for other in range(one + 1, 5)]


def taken(pairs: Pairs, *, max_rivals: int = 10) -> dict[tuple[int, int], float]:
    rows = [(*names, *told) for names, told in pairs.items()]
    schema: dict[str, pl.DataType | type[pl.DataType]] = {
        "record_l": pl.Int64, "record_r": pl.Int64, "match_weight": pl.Float64, "stated": pl.Int64,
        "bits": pl.List(pl.Float64), "repeat_bits": pl.Float64,
    }  # fmt: skip
    weighed = pl.DataFrame(rows, schema=schema, orient="row").to_arrow()
    with closing(DuckDBEngine()) as scratch:
        scratch.connection.execute("create schema work")
        scratch.connection.register("weighed", weighed)
        scratch.connection.execute("create table work.weighed as from weighed")
        limits = {"max_rivals": max_rivals, "max_against": AGAINST}
        found = scratch.connection.sql(load(SQL / "rivals.sql").sql, params=limits).fetchall()
    return {(one, other): value for one, other, value in found}


def expected(pairs: Pairs, one: int, other: int) -> float:
    """The definition, a pair at a time."""
    worst = 1.0
    for record_id, candidate in ((one, other), (other, one)):
        for rival in {*range(5)} - {record_id, candidate}:
            theirs = pairs.get((min(record_id, rival), max(record_id, rival)))
            apart = pairs.get((min(candidate, rival), max(candidate, rival)))
            if theirs is None or apart is None or theirs[0] < 0:
                continue
            both = pairs[one, other][1] & theirs[1]
            bits = apart[3] + sum(
                weight for place, weight in enumerate(apart[2]) if not both >> place & 1
            )
            odds, share = 2 ** theirs[0], 2 ** min(0.0, max(-AGAINST, bits))
            worst = max(worst, (1 + odds) / (1 + odds * share))
    return worst


@given(st.dictionaries(st.sampled_from(NAMES), PAIR))
def test_the_strongest_rival_counts_as_defined(pairs: Pairs) -> None:
    found = taken(pairs)
    assert set(found) == set(pairs)
    for (one, other), value in found.items():
        assert value == pytest.approx(expected(pairs, one, other))
        assert 1.0 <= value <= 2**AGAINST


def test_two_that_nothing_parts_are_no_rivals() -> None:
    alone = {(0, 1): (4.0, 1, [10.0, 0.0], 0.0), (0, 2): (4.0, 1, [10.0, 0.0], 0.0)}
    assert set(taken(alone | {(1, 2): (9.0, 3, [10.0, 0.0], 0.0)}).values()) == {1.0}
    parted = taken(alone | {(1, 2): (-2.0, 3, [10.0, -9.0], 0.0)})
    assert parted[0, 1] == parted[0, 2] > 15.0


REGISTER = """
    source=register given_name=Ann surname=Marsh birth_date=1980-01-02
    source=register given_name=Ann surname=Marsh birth_date=1955-11-23
    source=register given_name=Paul surname=Quist birth_date=1971-04-05
"""
SHOP = """
    source=shop given_name=Ann surname=Marsh
    source=shop given_name=Paul surname=Quist
"""


def test_a_name_that_two_people_hold_links_to_neither_of_them() -> None:
    people = [record(line) for line in (REGISTER + SHOP).split("\n") if line.strip()]
    known = [person | {"source": "register"} for person in strangers(400)]
    links = resolved(frame([*people, *known]))["scored_pairs"]
    weight = {
        (row[0], row[1]): row[2]
        for row in links.select("record_l", "record_r", "match_weight").rows()
    }
    assert weight[3, 5] > max(weight[1, 4], weight[2, 4]) + 1.0
    told = links.filter(pl.col("record_l") == 1)["evidence"][0]
    assert '"rivals": {"level": "another record may be the one"' in told
