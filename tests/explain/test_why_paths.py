"""The strongest chain and the weakest place, beside brute force over small graphs."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import networkx as nx
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cdp.explain.why.paths import Edge, strongest_path, weakest_place

WEIGHTS = st.sampled_from([1.0, 2.5, 4.0, 9.0, 40.0])


@st.composite
def linked(draw: st.DrawFn) -> list[Edge]:
    """A graph of at most six records, weights with many ties."""
    pairs = [(one, other) for one in range(6) for other in range(one + 1, 6)]
    chosen = draw(st.lists(st.sampled_from(pairs), min_size=1, unique=True))
    return [(one, other, draw(WEIGHTS)) for one, other in chosen]


def graph_of(edges: list[Edge]) -> nx.Graph:
    graph = nx.Graph()
    graph.add_weighted_edges_from(edges)
    return graph


def weakest_of(graph: nx.Graph, path: list[int] | tuple[int, ...]) -> float:
    return min(float(graph[one][other]["weight"]) for one, other in pairwise(path))


@given(linked(), st.integers(0, 5), st.integers(0, 5))
def test_no_chain_has_a_stronger_weakest_link_or_as_strong_a_one_with_fewer_links(
    edges: list[Edge], start: int, end: int
) -> None:
    assume(start != end)
    graph = graph_of(edges)
    found = strongest_path(edges, start, end)
    known = {start, end} <= {*graph}
    paths = list(nx.all_simple_paths(graph, start, end)) if known else []
    if not paths:
        assert found == ()
        return
    best = max((weakest_of(graph, path), -len(path)) for path in paths)
    assert list(found) in paths
    assert (weakest_of(graph, found), -len(found)) == best


@given(linked(), st.integers(0, 5), st.integers(0, 5), st.randoms())
def test_the_order_of_links_makes_no_difference(
    edges: list[Edge], start: int, end: int, chance: Random
) -> None:
    assume(start != end)
    shuffled = sorted(edges, key=lambda _: chance.random())
    assert strongest_path(shuffled, start, end) == strongest_path(edges, start, end)
    assert weakest_place(shuffled) == weakest_place(edges)


@given(linked())
def test_without_the_weakest_place_and_all_as_weak_the_sides_are_apart(edges: list[Edge]) -> None:
    graph = graph_of(edges)
    assume(nx.is_connected(graph))
    place = weakest_place(edges)
    assert place is not None
    one, other = place.sides
    assert one | other == {*graph}
    assert not one & other
    bits = float(graph[place.link[0]][place.link[1]]["weight"])
    crossing = [w for left, right, w in edges if (left in one) != (right in one)]
    assert max(crossing) == bits
    # Any two records hang together at least this strongly.
    assert all(weakest_of(graph, strongest_path(edges, 0, node)) >= bits for node in {*graph} - {0}
               if 0 in graph)  # fmt: skip
    assert place.is_lone is (
        place.link in nx.bridges(graph) or place.link[::-1] in nx.bridges(graph)
    )


@pytest.mark.parametrize("edges", [[], [(3, 4, 2.0)]])
def test_where_nothing_leads_there_is_no_chain(edges: list[Edge]) -> None:
    assert strongest_path(edges, 1, 2) == ()
