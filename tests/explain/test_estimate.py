"""Expected precision and recall of customers: by hand, by brute force, and within their bounds."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import networkx as nx
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.explain.estimate import PairEstimate, estimate_pairs

Link = tuple[int, int, str, float]
"""Two records, the status, the weight; records 0 to 3 are customer a, 4 to 6 customer b."""

RECORDS = {**dict.fromkeys(range(4), "a"), **dict.fromkeys(range(4, 7), "b")}
WEIGHTS = st.integers(-3, 12).map(float)


def estimated(links: Sequence[Link], *, fields: int = 1) -> PairEstimate:
    rows = [
        (one, other, "probabilistic", status, bits, 3, RECORDS[one], RECORDS[other])
        for one, other, status, bits in links
    ]
    schema = ["record_l", "record_r", "kind", "status", "match_weight", "rule_count",
              "customer_id_l", "customer_id_r"]  # fmt: skip
    stated = pl.DataFrame({"customer_id": ["a", "b"], "fields": [fields] * 2, "records": [4, 3]})
    return estimate_pairs(pl.DataFrame(rows, schema=schema, orient="row"), stated)


def chance(bits: float) -> float:
    return float(1.0 / (1.0 + 2.0**-bits))


@given(st.lists(WEIGHTS, min_size=6, max_size=6))
def test_pairs_in_a_customer_are_as_right_as_the_strongest_way_between_them(
    bits: list[float],
) -> None:
    pairs = list(itertools.combinations(range(4), 2))
    found = estimated([(*pair, "accepted", w) for pair, w in zip(pairs, bits, strict=True)])
    graph = nx.Graph()
    for (one, other), weight in zip(pairs, bits, strict=True):
        graph.add_edge(one, other, weight=-chance(weight), chance=chance(weight))
    tree = nx.minimum_spanning_tree(graph)
    right = 0.0
    for one, other in pairs:
        way = nx.shortest_path(tree, one, other)
        product = 1.0
        for step in itertools.pairwise(way):
            product *= tree.edges[step]["chance"]
        right += product
    # With equal weights there are several trees; the sum of one of them is the answer.
    if len(set(bits)) == len(bits):
        assert found.right == pytest.approx(right)
    assert found.pairs == 6 + 3


@given(
    st.lists(st.tuples(st.sampled_from(["review", "refused"]), WEIGHTS), min_size=1, max_size=12)
)
def test_two_customers_are_one_with_the_mean_chance_between_them(
    between: list[tuple[str, float]],
) -> None:
    pairs = list(itertools.product(range(4), range(4, 7)))
    found = estimated([(*p, *link) for p, link in zip(pairs, between, strict=False)])
    mean = sum(chance(bits) for _, bits in between) / len(between)
    assert found.apart == pytest.approx(12 * mean)
    assert found.recall is not None
    assert 0.0 <= found.recall <= 1.0


def test_many_that_one_rule_alone_found_mean_many_that_none_found() -> None:
    rows = [
        (n, n + 100, "probabilistic", "accepted", 40.0, 1 if n < 10 else 2, str(n), str(n))
        for n in range(15)
    ]
    schema = ["record_l", "record_r", "kind", "status", "match_weight", "rule_count",
              "customer_id_l", "customer_id_r"]  # fmt: skip
    stated = pl.DataFrame(
        {"customer_id": [str(n) for n in range(15)], "fields": [1] * 15, "records": [2] * 15}
    )
    found = estimate_pairs(pl.DataFrame(rows, schema=schema, orient="row"), stated)
    assert found.unseen == pytest.approx(10 * 9 / (2 * (5 + 1)), rel=1e-6)


def silent(customers_with_both: int) -> float:
    """Ten customers of two records that state field 1, twenty of one that states field 2.

    Of some of the twenty there is a record of field 1, too: a pair that states nothing in common
    and is joined all the same.
    """
    rows = [(str(n), 1, 2) for n in range(10)] + [(str(n), 2, 1) for n in range(10, 30)]
    rows += [(str(n), 1, 1) for n in range(10, 10 + customers_with_both)]
    stated = pl.DataFrame(rows, schema=["customer_id", "fields", "records"], orient="row")
    links = [(n, n + 100, "probabilistic", "accepted", 60.0, 3, str(n), str(n)) for n in range(10)]
    links += [
        (n, n + 100, "declared", "accepted", 60.0, 0, str(n), str(n))
        for n in range(10, 10 + customers_with_both)
    ]
    schema = ["record_l", "record_r", "kind", "status", "match_weight", "rule_count",
              "customer_id_l", "customer_id_r"]  # fmt: skip
    return estimate_pairs(pl.DataFrame(links, schema=schema, orient="row"), stated).silent


def test_records_that_state_nothing_in_common_are_as_frequent_as_among_any_two() -> None:
    # 20 x 20 of the 40 x 39 / 2 pairs are silent; ten others of one person are known.
    share = 400 / 780
    assert silent(0) == pytest.approx(10 * share / (1 - share))
    # Three of them are joined: 23 x 20 of 43 x 42 / 2 pairs are silent now.
    share = 460 / 903
    assert silent(3) == pytest.approx(10 * share / (1 - share) - 3)
