"""What people bring adds up to the figures, and the intervals hold them."""

from __future__ import annotations

from itertools import combinations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.explain.bootstrap import bootstrap, contributions
from cdp.explain.evaluation import evaluate

labelled = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=14)


def judged(labels: list[tuple[int, int]]) -> pl.DataFrame:
    """Records that are given as pairs (entity, cluster)."""
    columns = ("entity", "cluster")
    return pl.DataFrame(labels, schema=dict.fromkeys(columns, pl.Int64), orient="row").with_columns(
        record=pl.int_range(pl.len())
    )


@given(labelled)
def test_what_people_bring_adds_up_to_the_counts(labels: list[tuple[int, int]]) -> None:
    table = judged(labels)
    sums = contributions(table).drop("entity").sum().row(0, named=True)
    pairs = list(combinations(labels, 2))
    assert sums["said"] == sum(a[1] == b[1] for a, b in pairs)
    assert sums["true"] == sum(a[0] == b[0] for a, b in pairs)
    assert sums["right"] == sum(a == b for a, b in pairs)
    found = evaluate(
        predicted=table.select("record", "cluster"), truth=table.select("record", "entity")
    )
    assert (sums["people"], sums["whole"]) == (found.entities, found.right_clusters)
    assert sums["records"] == found.records
    assert sums["clusters"] == pytest.approx(found.clusters)
    assert sums["wrong"] == pytest.approx(found.wrong_clusters)
    assert sums["pure"] / found.records == pytest.approx(found.b_cubed_precision)
    assert sums["complete"] / found.records == pytest.approx(found.b_cubed_recall)


def test_every_interval_holds_its_figure_and_hangs_on_the_seed_alone() -> None:
    table = judged([(at // 3, at // 4) for at in range(240)])
    told = evaluate(
        predicted=table.select("record", "cluster"), truth=table.select("record", "entity")
    ).as_dict()
    found = bootstrap(table, seed=3)
    assert all(low <= told[name] <= high for name, (low, high) in found.items())
    assert len(found) == 10
    assert found == bootstrap(table, seed=3)
    assert found != bootstrap(table, seed=4)


def test_of_one_person_in_one_customer_nothing_can_vary() -> None:
    found = bootstrap(judged([(1, 1), (1, 1)]), seed=1)
    assert {ends for name, ends in found.items() if name != "wrong_merges_per_10k"} == {(1.0, 1.0)}
    assert found["wrong_merges_per_10k"] == (0.0, 0.0)
