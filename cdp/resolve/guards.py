"""The guards over groups of linked records: contradictions and lone weak links cut them."""

from __future__ import annotations

import numpy as np
import polars as pl

from cdp.resolve.linkage import average_linkage
from cdp.resolve.settings import ResolveSettings

FIELDS = {
    "given_name": "first name", "middle_name": "middle name", "birth_date": "birth date",
    "sex": "sex", "suffix": "suffix", "unique_key": "key",
}  # fmt: skip
"""What may contradict, and its name in a reason."""

_MOST_BITS = 14.0
_NEVER_BITS = -1e6
_PAIR = ["record_l", "record_r"]


def weigh_contradictions(contradictions: pl.DataFrame, levels: pl.DataFrame) -> pl.DataFrame:
    """Pairs with ``bits`` (negative) and ``fields``, the names of what differs, for a reason.

    Args:
        contradictions: record_l, record_r and a flag per field that differs.
        levels: ``identity.model_levels``: what a `different` weighs in the model; a unique key
            forbids.
    """
    last = levels.filter(pl.col("level_number") == 0)
    weighed = dict(zip(last["comparison"], last["weight_bits"], strict=True))
    against = {field: min(weighed.get(field, 0.0), 0.0) for field in FIELDS}
    against["unique_key"] = _NEVER_BITS
    bits = [pl.col(f).cast(pl.Float64) * weight for f, weight in against.items()]
    named = [pl.when(f).then(pl.lit(name)) for f, name in FIELDS.items()]
    return contradictions.select(
        *_PAIR,
        pl.sum_horizontal(bits).alias("bits"),
        pl.concat_str(named, separator=", ", ignore_nulls=True).alias("fields"),
        pl.col("unique_key").alias("is_forbidden"),
    )


def weigh_pairs(groups: pl.DataFrame, pairs: pl.DataFrame, against: pl.DataFrame) -> pl.DataFrame:
    """Weights within groups: cluster, record_l, record_r, bits (clipped), sorted.

    A scored pair keeps its weight; without a contradiction nothing counts against it. A pair
    nobody scored counts only when something contradicts.
    """
    left = groups.select(pl.col("record_id").alias("record_l"), "cluster")
    right = groups.select(
        pl.col("record_id").alias("record_r"), pl.col("cluster").alias("cluster_r")
    )
    scored = (
        pairs.select(*_PAIR, "kind", "match_weight")
        .join(left, on="record_l")
        .join(right, on="record_r")
        .filter(pl.col("cluster") == pl.col("cluster_r"))
        .drop("cluster_r")
    )
    both = scored.join(
        against.join(left, on="record_l"), on=[*_PAIR, "cluster"], how="full", coalesce=True
    )
    weight, clipped = pl.col("match_weight"), pl.col("match_weight").clip(-_MOST_BITS, _MOST_BITS)
    return both.select(
        "cluster",
        *_PAIR,
        pl.when(pl.col("is_forbidden").fill_null(value=False)).then(pl.lit(_NEVER_BITS))
        .when(pl.col("kind") == "declared").then(weight)
        .when(weight.is_null()).then(pl.col("bits").clip(-_MOST_BITS, 0.0))
        .when(pl.col("bits").is_null()).then(pl.max_horizontal(clipped, pl.lit(0.0)))
        .otherwise(clipped)
        .alias("bits"),
    ).sort("cluster", *_PAIR)  # fmt: skip


def guard(
    groups: pl.DataFrame, pairs: pl.DataFrame, against: pl.DataFrame, *, settings: ResolveSettings
) -> pl.DataFrame:
    """Cut the groups that need it: record_id, cluster (its smallest record), sorted."""
    weighed = weigh_pairs(groups, pairs, against)
    suspicious = _suspicious(groups, weighed, settings)
    clusters = groups.filter(~pl.col("cluster").is_in(suspicious.implode()))
    cut = [clusters]
    members = groups.join(suspicious.to_frame("cluster"), on="cluster").sort("cluster", "record_id")
    inside = weighed.join(suspicious.to_frame("cluster"), on="cluster").sort("cluster", *_PAIR)
    rows_of = dict(inside.partition_by("cluster", as_dict=True).items())
    for key, group in members.partition_by("cluster", as_dict=True, maintain_order=True).items():
        cut.append(_cut(group["record_id"].to_numpy(), rows_of[key], settings))
    return pl.concat(cut).sort("record_id")


def _suspicious(
    groups: pl.DataFrame, weighed: pl.DataFrame, settings: ResolveSettings
) -> pl.Series:
    """Groups with a pair that weighs against, or large enough to hang by one weak link."""
    sizes = groups.group_by("cluster").len("records")
    told = weighed.join(sizes, on="cluster")
    is_weak = pl.col("bits").is_between(
        settings.min_match_weight_bits, settings.min_bridge_weight_bits, closed="left"
    )
    return (
        told.filter((pl.col("bits") < 0) | (is_weak & (pl.col("records") > 3)))["cluster"]
        .unique()
        .sort()
    )


def _cut(
    record_ids: np.ndarray[tuple[int], np.dtype[np.int64]],
    weighed: pl.DataFrame,
    settings: ResolveSettings,
) -> pl.DataFrame:
    weights = np.zeros((len(record_ids), len(record_ids)))
    left = np.searchsorted(record_ids, weighed["record_l"].to_numpy())
    right = np.searchsorted(record_ids, weighed["record_r"].to_numpy())
    weights[left, right] = weights[right, left] = weighed["bits"].to_numpy()
    groups = average_linkage(
        weights,
        min_link_bits=settings.min_match_weight_bits,
        min_bridge_bits=settings.min_bridge_weight_bits,
    )
    return pl.DataFrame({"record_id": record_ids, "cluster": record_ids[groups]})
