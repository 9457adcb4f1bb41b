"""How good clusters are, in figures with an interval, for any competitor alike."""

from __future__ import annotations

from typing import Any

import polars as pl

from cdp.explain.bootstrap import bootstrap
from cdp.explain.evaluation import evaluate

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
    intervals = bootstrap(judged, seed=seed)
    return {
        "records": found.records,
        "people": found.entities,
        "clusters": found.clusters,
        "precision": found.pairwise_precision,
        "recall": found.pairwise_recall,
        "f1": found.pairwise_f1,
        **{
            f"{name}_interval": list(intervals[f"pairwise_{name}"])
            for name in ("precision", "recall", "f1")
        },
        "b_cubed_f1": found.b_cubed_f1,
        "wrong_merges_per_10k": found.wrong_merges_per_10k,
        "largest_wrong_cluster": found.largest_wrong_cluster,
    }
