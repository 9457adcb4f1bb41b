"""How good clusters are, in figures with an interval, for any competitor alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from cdp.explain import evaluate

RESAMPLES = 1000
Figures = dict[str, Any]


def measure(*, clusters: pl.DataFrame, truth: pl.DataFrame, seed: int) -> Figures:
    """Compare clusters with the truth.

    Args:
        clusters: record, cluster; one row per record. Records without a truth are left out, and
            a record of the truth that is not here stands alone: nobody is lost from the figures.
        truth: record, entity; one row per record.
        seed: Of the bootstrap.

    Returns:
        precision, recall, f1: Pairwise; `_interval` the 2.5th and 97.5th percentile of each over
            1,000 resamples of the people.
        b_cubed_f1: Of records.
        wrong_merges_per_10k: Of all clusters with a record of the truth, those that hold records
            of more than one person, per 10,000.
        largest_wrong_cluster: The most people whose records are in one cluster; 0 if no cluster
            holds more than one.
        records, people, clusters: Counts.

    >>> clusters = pl.DataFrame({"record": [1, 2, 3, 4], "cluster": ["a", "a", "a", "b"]})
    >>> truth = pl.DataFrame({"record": [1, 2, 3, 4], "entity": ["x", "x", "y", "y"]})
    >>> found = measure(clusters=clusters, truth=truth, seed=1)
    >>> round(found["precision"], 3), found["recall"], found["f1"]
    (0.333, 0.5, 0.4)
    >>> found["wrong_merges_per_10k"], found["largest_wrong_cluster"]
    (5000.0, 2)
    """
    judged = truth.join(clusters, on="record", how="left").with_columns(
        cluster=pl.coalesce(pl.col("cluster").cast(pl.String), pl.format("alone {}", "record"))
    )
    found = evaluate(predicted=judged.select("record", "cluster"), truth=truth)
    persons = judged.group_by("cluster").agg(pl.col("entity").n_unique())["entity"]
    wrong = persons.filter(persons > 1)
    return {
        "records": found.records,
        "people": found.entities,
        "clusters": found.clusters,
        "precision": found.pairwise_precision,
        "recall": found.pairwise_recall,
        "f1": found.pairwise_f1,
        **bootstrap(judged, seed=seed),
        "b_cubed_f1": found.b_cubed_f1,
        "wrong_merges_per_10k": 10_000 * len(wrong) / found.clusters,
        "largest_wrong_cluster": int(wrong.to_numpy().max(initial=0)),
    }


def bootstrap(judged: pl.DataFrame, *, seed: int) -> Mapping[str, list[float]]:
    """Intervals of precision, recall and F1 when the people are drawn anew.

    Args:
        judged: record, entity, cluster.
        seed: Of the draws.
    """
    shares = contributions(judged).select("right", "said", "true").to_numpy()
    chance, people = np.random.default_rng(seed), len(shares)
    sums = np.empty((RESAMPLES, 3))
    for draw in range(RESAMPLES):
        times = np.bincount(chance.integers(people, size=people), minlength=people)
        sums[draw] = times @ shares
    right, said, true = sums.T
    return {
        f"{name}_interval": [float(end) for end in np.quantile(_ratio(top, bottom), (0.025, 0.975))]
        for name, top, bottom in (
            ("precision", right, said), ("recall", right, true), ("f1", 2 * right, said + true)
        )
    }  # fmt: skip


def contributions(judged: pl.DataFrame) -> pl.DataFrame:
    """What each person brings to the counts of pairs; the sums over all are the counts.

    Args:
        judged: record, entity, cluster.

    Returns:
        One row per entity, sorted: `right` pairs that were put together rightly, `true` pairs that
        belong together, `said` the right ones and half of each wrong one with a stranger.

    >>> judged = pl.DataFrame({"record": [1, 2, 3], "entity": list("xxy"), "cluster": list("aaa")})
    >>> contributions(judged).rows()
    [('x', 1.0, 2.0, 1.0), ('y', 0.0, 1.0, 0.0)]
    """
    both, in_cluster, size = pl.col("both"), pl.col("in_cluster"), pl.col("size")
    return (
        judged.group_by("entity", "cluster")
        .agg(both=pl.len().cast(pl.Int64))
        .with_columns(in_cluster=both.sum().over("cluster"))
        .with_columns(right=both * (both - 1) / 2, strangers=both * (in_cluster - both) / 2)
        .group_by("entity")
        .agg(pl.col("right", "strangers").sum(), size=both.sum())
        .sort("entity")
        .select(
            "entity",
            "right",
            said=pl.col("right") + pl.col("strangers"),
            true=size * (size - 1) / 2,
        )
    )


def _ratio(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    """With nothing to judge a share is 1, as in `cdp.explain.Evaluation`."""
    return np.asarray(np.divide(top, bottom, out=np.ones_like(top), where=bottom > 0))
