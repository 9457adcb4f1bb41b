"""Pairwise and B-cubed figures against counting pair by pair and record by record."""

from __future__ import annotations

from itertools import combinations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.errors import ContractError
from cdp.explain import Evaluation, evaluate

labelled = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=12)


def evaluated(labels: list[tuple[int, int]]) -> Evaluation:
    records = pl.Series("record", range(len(labels)), dtype=pl.Int64)
    clusters = pl.Series("cluster", [c for c, _ in labels], dtype=pl.Int64)
    entities = pl.Series("entity", [e for _, e in labels], dtype=pl.Int64)
    return evaluate(
        predicted=pl.DataFrame([records, clusters]), truth=pl.DataFrame([records, entities])
    )


@given(labelled)
def test_pairwise_is_what_counting_pairs_says(labels: list[tuple[int, int]]) -> None:
    pairs = list(combinations(labels, 2))
    found = [(a, b) for a, b in pairs if a[0] == b[0]]
    true = [(a, b) for a, b in pairs if a[1] == b[1]]
    right = [(a, b) for a, b in found if a[1] == b[1]]
    result = evaluated(labels)
    assert result.pairwise_precision == pytest.approx(len(right) / len(found) if found else 1)
    assert result.pairwise_recall == pytest.approx(len(right) / len(true) if true else 1)


@given(labelled)
def test_b_cubed_is_the_mean_over_records(labels: list[tuple[int, int]]) -> None:
    def mean(of: int, also: int) -> float:
        shares = []
        for record in labels:
            mine = [other for other in labels if other[of] == record[of]]
            shares.append(sum(other[also] == record[also] for other in mine) / len(mine))
        return sum(shares) / len(shares) if shares else 1.0

    result = evaluated(labels)
    assert result.b_cubed_precision == pytest.approx(mean(0, 1))
    assert result.b_cubed_recall == pytest.approx(mean(1, 0))


@given(labelled)
def test_cluster_figures_are_what_comparing_sets_says(labels: list[tuple[int, int]]) -> None:
    def groups(of: int) -> set[frozenset[int]]:
        names = {record[of] for record in labels}
        return {frozenset(n for n, r in enumerate(labels) if r[of] == name) for name in names}

    clusters, entities = groups(0), groups(1)
    result = evaluated(labels)
    exact = len(clusters & entities)
    assert (result.clusters, result.entities) == (len(clusters), len(entities))
    assert result.cluster_precision == pytest.approx(exact / len(clusters) if clusters else 1)
    assert result.cluster_recall == pytest.approx(exact / len(entities) if entities else 1)


def test_a_perfect_clustering_scores_one_whatever_its_names() -> None:
    result = evaluated([(9, 1), (9, 1), (3, 2)])
    assert (result.pairwise_f1, result.b_cubed_f1) == (1.0, 1.0)
    assert result.as_dict()["pairwise_f1"] == 1.0


@pytest.mark.parametrize("truth", [[1, 2], [1, 2, 4], [1, 2, 3, 3]])
def test_records_that_differ_are_refused(truth: list[int]) -> None:
    predicted = pl.DataFrame({"record": [1, 2, 3], "cluster": [1, 1, 1]})
    with pytest.raises(ContractError, match="same records"):
        evaluate(predicted=predicted, truth=pl.DataFrame({"record": truth, "entity": truth}))


def test_a_record_without_a_cluster_is_refused() -> None:
    predicted = pl.DataFrame({"record": [1, 2], "cluster": ["a", None]})
    with pytest.raises(ContractError, match=r"without a cluster .*\(1\)"):
        evaluate(predicted=predicted, truth=pl.DataFrame({"record": [1, 2], "entity": [1, 1]}))
