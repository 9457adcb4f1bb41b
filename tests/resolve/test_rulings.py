"""Rulings of stewards beat everything, and touch nobody else: against brute force and graphs."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime, timedelta

import networkx as nx
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdp.engine import DuckDBEngine
from cdp.project import AlwaysLink, Limit, NeverLink
from cdp.resolve import ResolveSettings
from cdp.resolve.contradicting import contradictions, standing
from cdp.resolve.least_cut import least_cut
from cdp.resolve.rulings import rulings_on
from cdp.tables import CONTRACTS
from tests.resolve.people import Person, clustered, record

FIRST = datetime(2026, 1, 1)
FEWER = settings(max_examples=settings().max_examples // 3)
"""A world takes a fifth of a second."""

Pair = tuple[int, int]
Said = dict[Pair, tuple[str, int]]
"""Two records to what was ruled of them, and on which day."""


def rulings(said: Said) -> pl.DataFrame:
    """``identity.rulings`` of records whose source key is their number."""
    records = {record for pair in said for record in pair}
    known = pl.DataFrame(
        [(record, "crm", str(record)) for record in sorted(records)],
        schema={"record_id": pl.Int64, "source": pl.String, "source_record_id": pl.String},
        orient="row",
    )
    rows = [
        (f"crm:{a}", f"crm:{b}", ruling, "kim", FIRST + timedelta(days=day), None)
        for (a, b), (ruling, day) in said.items()
    ]
    columns = ("left", "right", "ruling", "ruled_by", "ruled_at", "note")
    types = dict.fromkeys(columns, pl.String) | {"ruled_at": pl.Datetime("us")}
    return rulings_on(known, pl.DataFrame(rows, schema=types, orient="row"))


def pairs_up_to(most: int) -> st.SearchStrategy[Pair]:
    numbers = st.integers(1, most)
    return st.tuples(numbers, numbers).filter(lambda pair: pair[0] < pair[1])


def said_up_to(most: int) -> st.SearchStrategy[Said]:
    kinds = st.sampled_from(["must_link", "must_link", "cannot_link"])
    return st.dictionaries(pairs_up_to(most), st.tuples(kinds, st.integers(0, 3)), max_size=8)


def graph(pairs: Iterable[Pair]) -> nx.Graph[int]:
    made: nx.Graph[int] = nx.Graph()
    made.add_edges_from(pairs)
    return made


def joins(pairs: Iterable[Pair], one: int, other: int) -> bool:
    made = graph(pairs)
    return one in made and other in made and bool(nx.has_path(made, one, other))


def of_kind(frame: pl.DataFrame, kind: str) -> set[Pair]:
    found = frame.filter(pl.col("ruling") == kind)
    return set(found.select("record_l", "record_r").rows())


# --- the cut --------------------------------------------------------------------------------------


def lightest(records: Iterable[int], links: dict[Pair, float], one: int, other: int) -> float:
    """By trying every way to part the two."""
    rest = sorted(set(records) - {one, other})
    sides = (
        {one, *chosen}
        for size in range(len(rest) + 1)
        for chosen in itertools.combinations(rest, size)
    )
    return min(cut_weight(links, side) for side in sides)


def cut_weight(links: dict[Pair, float], side: set[int] | frozenset[int]) -> float:
    return sum(bits for (a, b), bits in links.items() if (a in side) is not (b in side))


@given(
    st.dictionaries(pairs_up_to(7), st.sampled_from([1.0, 2.5, 7.25, 9.0, 40.0]), max_size=16),
    pairs_up_to(7),
)
def test_two_records_are_parted_along_what_weighs_least(
    links: dict[Pair, float], apart: Pair
) -> None:
    near = least_cut(range(1, 8), [(*pair, bits) for pair, bits in links.items()], *apart)
    assert apart[0] in near
    assert apart[1] not in near
    assert cut_weight(links, near) == pytest.approx(lightest(range(1, 8), links, *apart))


def test_a_link_without_end_is_never_cut() -> None:
    links = [(1, 2, 2.0), (2, 3, math.inf), (3, 4, 3.0), (1, 4, math.inf)]
    assert least_cut([1, 2, 3, 4], links, 1, 2) == {1, 4}


# --- contradictions -------------------------------------------------------------------------------


@given(said_up_to(6))
def test_every_contradiction_is_named_and_the_cannot_link_stands(said: Said) -> None:
    whole = rulings(said)
    kept = standing(whole)
    musts, cannots = of_kind(whole, "must_link"), of_kind(whole, "cannot_link")
    kept_musts = of_kind(kept, "must_link")
    assert of_kind(kept, "cannot_link") == cannots
    assert not any(joins(kept_musts, *pair) for pair in cannots)
    found = contradictions(whole)
    named = {(min(c.chain[0], c.chain[-1]), max(c.chain[0], c.chain[-1])) for c in found}
    assert named == {pair for pair in cannots if joins(musts, *pair)}
    over = set()
    for one in found:
        hops = [(min(hop), max(hop)) for hop in itertools.pairwise(one.chain)]
        assert set(hops) <= musts
        assert [hop not in kept_musts for hop in hops] == list(one.is_ignored)
        assert any(one.is_ignored)
        over |= set(hops)
    assert musts - kept_musts <= over
    told = whole.filter("is_contradicted").select("record_l", "record_r").rows()
    assert set(told) == over | named


@given(said_up_to(6))
def test_an_older_must_link_gives_way_to_a_newer_one(said: Said) -> None:
    whole = rulings(said)
    musts, cannots = of_kind(whole, "must_link"), of_kind(whole, "cannot_link")
    kept = of_kind(standing(whole), "must_link")
    for pair in musts - kept:
        newer = {m for m in kept if (-said[m][1], m) < (-said[pair][1], pair)}
        assert any(joins({*newer, pair}, *cannot) for cannot in cannots)


# --- worlds ---------------------------------------------------------------------------------------

STATED = st.fixed_dictionaries(
    {},
    optional={
        "given_name": st.sampled_from(["ann", "bob"]),
        "birth_date": st.sampled_from(["1980-01-02", "1999-11-12"]),
        "keys": st.sampled_from(["shop:1", "shop:2", "card:1", "card:2"]),
    },
)
WORLDS = st.lists(STATED, min_size=4, max_size=9).map(
    lambda rows: [record(" ".join(f"{k}={v}" for k, v in row.items())) for row in rows]
)
SCORES = st.dictionaries(pairs_up_to(9), st.sampled_from([-3.0, 0.5, 2.0, 6.0, 7.5, 30.0]))
RULES = ResolveSettings(
    always_link=(AlwaysLink(name="card", same=("card",)),),
    never_link=(NeverLink(name="days", different=("birth_date",)),),
    limits={"shop": Limit(per_customer=1)},
)


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    with closing(DuckDBEngine()) as opened:
        yield opened


def made(
    engine: DuckDBEngine, world: list[Person], scores: dict[Pair, float], said: Said
) -> tuple[dict[int, int], pl.DataFrame]:
    told = [(*pair, bits) for pair, bits in scores.items() if pair[1] <= len(world)]
    tables = clustered(engine, world, RULES, told, rulings(said))
    return dict(tables["clusters"].iter_rows()), tables["links"]


@FEWER
@given(WORLDS, SCORES, said_up_to(9))
def test_rulings_beat_scores_rules_and_limits_and_touch_nobody_else(
    engine: DuckDBEngine, world: list[Person], scores: dict[Pair, float], said: Said
) -> None:
    said = {pair: ruling for pair, ruling in said.items() if pair[1] <= len(world)}
    before, _ = made(engine, world, scores, {})
    after, links = made(engine, world, scores, said)
    kept = standing(rulings(said))
    musts, cannots = of_kind(kept, "must_link"), of_kind(kept, "cannot_link")
    assert all(after[a] == after[b] for a, b in musts)
    assert all(after[a] != after[b] for a, b in cannots)
    # Customers without rulings stay, and what a must link joins, it joins whole.
    whole = graph([*musts, *((r, c) for r, c in before.items())])
    for group in nx.connected_components(whole):
        parts = {after[r] for r in group}
        assert {r for r, c in after.items() if c in parts} == set(group)
        is_torn = any(a in group and b in group for a, b in cannots)
        assert is_torn or len(parts) == 1
    told = {(a, b): (k, s, r) for a, b, k, s, r in links.select(
        "record_l", "record_r", "kind", "status", "reason").iter_rows()}  # fmt: skip
    for pair in musts:
        kind, status, reason = told[pair]
        assert (kind, status) == ("ruled", "accepted")
        assert reason.startswith("must link, ruled by kim on 2026-01-0")
    for pair in cannots & told.keys():
        assert told[pair][1] == "refused"
        assert told[pair][2].startswith("cannot link, ruled by kim on 2026-01-0")
    assert not any(kind == "ruled" and pair not in musts for pair, (kind, _, _) in told.items())


@FEWER
@given(WORLDS, SCORES, pairs_up_to(9))
def test_a_cannot_link_splits_a_customer_along_its_weakest_links(
    engine: DuckDBEngine, world: list[Person], scores: dict[Pair, float], apart: Pair
) -> None:
    before, _ = made(engine, world, scores, {})
    if apart[1] > len(world) or before[apart[0]] != before[apart[1]]:
        return
    after, links = made(engine, world, scores, {apart: ("cannot_link", 0)})
    torn = {r for r, c in before.items() if c == before[apart[0]]}
    near = {r for r, c in after.items() if c == after[apart[0]]}
    assert {after[r] for r in torn} == {after[apart[0]], after[apart[1]]}
    weights = {
        (a, b): bits
        for a, b, bits in links.select("record_l", "record_r", "match_weight").iter_rows()
        if {a, b} <= torn and bits >= RULES.min_match_weight_bits
    }
    assert cut_weight(weights, near) == pytest.approx(lightest(torn, weights, *apart))


def test_a_ruling_is_told_with_what_it_overrules(engine: DuckDBEngine) -> None:
    world = [record(line) for line in (
        "given_name=ann birth_date=1980-01-02", "given_name=bob birth_date=1999-11-12",
        "given_name=ann", "given_name=ann",
    )]  # fmt: skip
    scores = {(1, 2): -2.0, (3, 4): 12.0}
    said = {(1, 2): ("must_link", 0), (3, 4): ("cannot_link", 1)}
    groups, links = made(engine, world, scores, said)
    assert groups == {1: 1, 2: 1, 3: 3, 4: 4}
    told = links.select("status", "reason", "match_weight", "evidence").rows()
    assert told[0][:3] == (
        "accepted",
        "must link, ruled by kim on 2026-01-01, though the model weighs against it",
        40.0,
    )  # fmt: skip
    assert told[0][3].endswith('"ruling": {"level": "must link", "weight_bits": 42.0}}')
    assert told[1][:2] == (
        "refused", "cannot link, ruled by kim on 2026-01-02, though linked by the model",
    )  # fmt: skip


def test_a_ruling_on_a_record_that_is_not_there_waits() -> None:
    known = pl.DataFrame({"record_id": [7], "source": ["crm"], "source_record_id": ["a:b"]})
    said = pl.DataFrame(
        [("crm:a:b", "shop:9", "must_link", "kim", FIRST, None)],
        schema=["left", "right", "ruling", "ruled_by", "ruled_at", "note"], orient="row",
    )  # fmt: skip
    assert rulings_on(known, said).height == 0
    came = pl.DataFrame({"record_id": [3], "source": ["shop"], "source_record_id": ["9"]})
    (placed,) = rulings_on(pl.concat([known, came]), said).to_dicts()
    assert (placed["record_l"], placed["record_r"]) == (3, 7)
    assert rulings_on(known, said).columns == list(CONTRACTS["identity.rulings"].column_names)
