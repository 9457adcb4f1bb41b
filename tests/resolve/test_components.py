"""Components against networkx, and average linkage against its own laws."""

from __future__ import annotations

import networkx as nx
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cdp.resolve.components import bounded, connected
from cdp.resolve.linkage import Held, average_linkage

COUNT = 12
edges = st.lists(
    st.tuples(
        st.integers(0, COUNT - 1), st.integers(0, COUNT - 1), st.sampled_from([1.0, 4.0, 9.0, 40.0])
    ),
    max_size=20,
)
matrices = st.integers(1, 7).flatmap(
    lambda n: arrays(np.float64, (n, n), elements=st.sampled_from([-9.0, -2.0, 0.0, 2.0, 6.0, 9.0]))
)


def split(listed: list[tuple[int, int, float]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    columns = np.array(listed, float).reshape(-1, 3)
    return columns[:, 0].astype(np.int64), columns[:, 1].astype(np.int64), columns[:, 2]


def named(groups: np.ndarray) -> dict[int, set[int]]:
    return {int(g): set(np.flatnonzero(groups == g).tolist()) for g in np.unique(groups)}


@given(edges)
def test_components_are_those_of_networkx_named_by_their_smallest(
    listed: list[tuple[int, int, float]],
) -> None:
    left, right, _ = split(listed)
    graph = nx.Graph(zip(left.tolist(), right.tolist(), strict=True))
    graph.add_nodes_from(range(COUNT))
    expected = {min(nodes): set(nodes) for nodes in nx.connected_components(graph)}
    assert named(connected(COUNT, left, right)) == expected


@given(edges, st.integers(2, 6), st.sampled_from([3.0, 6.0, 40.0]))
def test_bounded_components_are_small_unless_links_that_stay_make_them_large(
    listed: list[tuple[int, int, float]], limit: int, uncut: float
) -> None:
    left, right, weights = split(listed)
    groups = bounded(COUNT, left, right, weights, max_size=limit, uncut=uncut)
    stay = weights >= uncut
    kept = connected(COUNT, left[stay], right[stay])
    for nodes in named(groups).values():
        forced = max(int((kept == kept[node]).sum()) for node in nodes)
        assert len(nodes) <= max(limit, forced)
    whole = connected(COUNT, left, right)
    assert all(len({int(whole[n]) for n in nodes}) == 1 for nodes in named(groups).values())


def symmetric(matrix: np.ndarray) -> np.ndarray:
    upper = np.triu(matrix, 1)
    return np.asarray(upper + upper.T)


def linked(weights: np.ndarray) -> np.ndarray:
    return average_linkage(weights, min_link_bits=1.0, min_bridge_bits=5.0)


@given(matrices)
def test_groups_hang_together_by_links_and_weigh_more_for_than_against(matrix: np.ndarray) -> None:
    weights = symmetric(matrix)
    for nodes in named(linked(weights)).values():
        inside = weights[np.ix_(sorted(nodes), sorted(nodes))]
        if len(nodes) > 1:
            assert inside.sum() > 0
            assert nx.is_connected(nx.from_numpy_array(inside >= 1.0))


@given(matrices)
def test_no_two_groups_are_left_that_should_join(matrix: np.ndarray) -> None:
    weights = symmetric(matrix)
    found = sorted(named(linked(weights)).items())
    for i, (_, one) in enumerate(found):
        for _, other in found[i + 1 :]:
            between = weights[np.ix_(sorted(one), sorted(other))]
            links = between[between >= 1.0]
            is_weak_bridge = min(len(one), len(other)) > 1 and links.size == 1 and links[0] < 5.0
            assert not links.size or between.mean() <= 1e-9 or is_weak_bridge


@given(
    matrices,
    st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=3),
    st.lists(st.sets(st.integers(0, 4), max_size=2), min_size=7, max_size=7),
    st.integers(1, 3),
)
def test_no_group_holds_a_forbidden_pair_or_more_values_than_it_may(
    matrix: np.ndarray, forbidden: set[tuple[int, int]], holds: list[set[int]], most: int
) -> None:
    weights, count = symmetric(np.abs(matrix)), len(matrix)
    apart = {(a, b) for a, b in forbidden if a < b < count}
    for a, b in apart:
        weights[a, b] = weights[b, a] = -np.inf
    values = np.array([[int(value in own) for value in range(5)] for own in holds[:count]])
    before = values.copy()
    groups = average_linkage(
        weights, min_link_bits=1.0, min_bridge_bits=5.0, held=[Held(values, most)]
    )
    assert (values == before).all()
    for nodes in named(groups).values():
        assert not any(a in nodes and b in nodes for a, b in apart)
        assert len(set().union(*(holds[n] for n in nodes))) <= max(
            most, *(len(holds[n]) for n in nodes)
        )
