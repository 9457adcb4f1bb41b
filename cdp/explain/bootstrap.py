"""How far figures may be off by chance of who was labelled: the people are drawn anew."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

RESAMPLES = 1000
_SHARES = {
    "pairwise_precision": ("right", "said"),
    "pairwise_recall": ("right", "true"),
    "b_cubed_precision": ("pure", "records"),
    "b_cubed_recall": ("complete", "records"),
    "cluster_precision": ("whole", "clusters"),
    "cluster_recall": ("whole", "people"),
    "wrong_merges_per_10k": ("wrong", "clusters"),
}
"""Each figure as a ratio of what people bring."""
FAMILIES = ("pairwise", "b_cubed", "cluster")
Interval = tuple[float, float]


def bootstrap(judged: pl.DataFrame, *, seed: int) -> Mapping[str, Interval]:
    """Intervals of the figures of `Evaluation` when the people are drawn anew 1,000 times.

    The 2.5th and 97.5th percentile of each; people are drawn, not records, because the records of
    one person are right or wrong together.

    Args:
        judged: record, entity, cluster.
        seed: Of the draws.
    """
    shares = contributions(judged)
    columns = shares.columns[1:]
    brought = shares.select(pl.col(columns).cast(pl.Float64)).to_numpy()
    chance, people = np.random.default_rng(seed), len(brought)
    sums = np.empty((RESAMPLES, len(columns)))
    for draw in range(RESAMPLES):
        times = np.bincount(chance.integers(people, size=people), minlength=people)
        sums[draw] = times @ brought
    drawn = dict(zip(columns, sums.T, strict=True))
    found = {name: _ratio(drawn[top], drawn[bottom]) for name, (top, bottom) in _SHARES.items()}
    found["wrong_merges_per_10k"] *= 10_000
    for family in FAMILIES:
        one, other = found[f"{family}_precision"], found[f"{family}_recall"]
        found[f"{family}_f1"] = _ratio(2 * one * other, one + other, of_nothing=0.0)
    return {name: _ends(values) for name, values in found.items()}


def contributions(judged: pl.DataFrame) -> pl.DataFrame:
    """What each person brings to the counts; the sums over all people are the counts.

    Args:
        judged: record, entity, cluster.

    Returns:
        One row per entity, sorted. Of pairs: `right` that were put together rightly, `said` these
        and half of each wrong one with a stranger, `true` that belong together. Of records:
        `records`, and the sums of their B-cubed precision (`pure`) and recall (`complete`).
        Of clusters: `people` (1), `whole` (1 when the person is one cluster, alone), `clusters`
        and `wrong` (those with several people), each cluster shared alike among its people.

    >>> judged = pl.DataFrame({"record": [1, 2, 3], "entity": list("xxy"), "cluster": list("aaa")})
    >>> contributions(judged).select("entity", "right", "said", "true", "clusters").rows()
    [('x', 1.0, 2.0, 1.0, 0.5), ('y', 0.0, 1.0, 0.0, 0.5)]
    """
    both, in_cluster, size = pl.col("both"), pl.col("in_cluster"), pl.col("records")
    cells = (
        judged.group_by("entity", "cluster")
        .agg(both=pl.len().cast(pl.Int64))
        .with_columns(
            in_cluster=both.sum().over("cluster"),
            records=both.sum().over("entity"),
            among=pl.len().over("cluster"),
        )
    )
    return (
        cells.sort("entity", "cluster")
        .group_by("entity", maintain_order=True)
        .agg(
            right=(both * (both - 1) / 2).sum(),
            said=(both * (both - 1) / 2 + both * (in_cluster - both) / 2).sum(),
            true=(size * (size - 1) / 2).first(),
            records=size.first(),
            pure=(both * both / in_cluster).sum(),
            complete=(both * both / size).sum(),
            people=pl.lit(1),
            whole=((both == in_cluster) & (both == size)).any().cast(pl.Int64),
            clusters=(1 / pl.col("among")).sum(),
            wrong=((pl.col("among") > 1) / pl.col("among")).sum(),
        )
    )


Numbers = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def _ends(values: Numbers) -> Interval:
    low, high = np.quantile(values, (0.025, 0.975))
    return float(low), float(high)


def _ratio(top: Numbers, bottom: Numbers, *, of_nothing: float = 1.0) -> Numbers:
    """With nothing to judge a share is 1, as in `Evaluation`."""
    nothing = np.full_like(top, of_nothing)
    return np.asarray(np.divide(top, bottom, out=nothing, where=bottom > 0))
