"""Figures of clusters agree with listing every pair by hand."""

from __future__ import annotations

import doctest
from importlib import import_module
from itertools import combinations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.measure import measure

MODULES = ("measure", "people", "peers.components")


def frames(labels: list[tuple[int, int]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Clusters and truth of records that are given as pairs (entity, cluster)."""
    records = [f"r{at}" for at in range(len(labels))]
    entities, clusters = ([f"{label}" for label in side] for side in zip(*labels, strict=True))
    return (
        pl.DataFrame({"record": records, "cluster": clusters}),
        pl.DataFrame({"record": records, "entity": entities}),
    )


labelled = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=14)


@given(labelled)
def test_figures_are_those_of_all_pairs_listed(labels: list[tuple[int, int]]) -> None:
    clusters, truth = frames(labels)
    found = measure(clusters=clusters, truth=truth, seed=1)
    said = [a[0] == b[0] for a, b in combinations(labels, 2) if a[1] == b[1]]
    true = [a[1] == b[1] for a, b in combinations(labels, 2) if a[0] == b[0]]
    assert found["precision"] == pytest.approx(sum(said) / len(said) if said else 1.0)
    assert found["recall"] == pytest.approx(sum(true) / len(true) if true else 1.0)
    people = {cluster: {e for e, c in labels if c == cluster} for _, cluster in labels}
    wrong = [len(behind) for behind in people.values() if len(behind) > 1]
    assert found["wrong_merges_per_10k"] == pytest.approx(10_000 * len(wrong) / len(people))
    assert found["largest_wrong_cluster"] == max(wrong, default=0)


def test_a_record_that_a_competitor_lost_stands_alone() -> None:
    truth = pl.DataFrame({"record": ["a", "b", "c"], "entity": ["x", "x", "x"]})
    clusters = pl.DataFrame({"record": ["a", "b"], "cluster": [1, 1]})
    found = measure(clusters=clusters, truth=truth, seed=1)
    assert (found["records"], found["clusters"]) == (3, 2)
    assert found["recall"] == pytest.approx(1 / 3)


def test_the_interval_holds_the_figure_and_hangs_on_the_seed_alone() -> None:
    clusters, truth = frames([(at // 3, at // 4) for at in range(240)])
    found = measure(clusters=clusters, truth=truth, seed=3)
    low, high = found["f1_interval"]
    assert low < found["f1"] < high
    assert found == measure(clusters=clusters, truth=truth, seed=3)
    assert found != measure(clusters=clusters, truth=truth, seed=4)


@pytest.mark.parametrize("name", MODULES)
def test_docstring_examples_hold(name: str) -> None:
    result = doctest.testmod(import_module(f"benchmarks.{name}"))
    assert result.attempted > 0
    assert result.failed == 0
