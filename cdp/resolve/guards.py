"""The guards over linked records: contradictions, rules, limits and weak links cut groups."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from cdp.resolve.linkage import Held, Integers, average_linkage
from cdp.resolve.settings import ResolveSettings

FIELDS = {
    "given_name": "first name", "middle_name": "middle name", "birth_date": "birth date",
    "sex": "sex", "suffix": "suffix",
}  # fmt: skip
"""What may contradict, and its name in a reason."""

_MOST_BITS = 14.0
_ALWAYS_BITS = 1e6
_PAIR = ["record_l", "record_r"]


def weigh_contradictions(
    contradictions: pl.DataFrame, levels: pl.DataFrame, parted: pl.DataFrame
) -> pl.DataFrame:
    """Pairs that something speaks against, for `guard`.

    Args:
        contradictions: record_l, record_r, a flag for each field that may contradict, and
            source_bits, what speaks against two records of a source that repeats nobody.
        levels: ``identity.model_levels``: what a `different` weighs.
        parted: record_l, record_r, rule: what a never-link rule forbids.

    Returns:
        record_l, record_r, bits (negative; null where only a rule speaks), fields (the names of
        what differs; null likewise) and rule (null where none forbids the pair).
    """
    last = levels.filter(pl.col("level_number") == 0)
    weighed = dict(zip(last["comparison"], last["weight_bits"], strict=True))
    against = {field: min(weighed.get(field, 0.0), 0.0) for field in FIELDS}
    bits = [pl.col(f).cast(pl.Float64) * weight for f, weight in against.items()]
    bits.append(pl.col("source_bits").fill_null(0.0))
    named = [pl.when(f).then(pl.lit(name)) for f, name in FIELDS.items()]
    named.append(
        pl.when(pl.col("source_bits") < 0).then(pl.lit("keys of a source that repeats nobody"))
    )
    told = contradictions.select(
        *_PAIR,
        pl.sum_horizontal(bits).alias("bits"),
        pl.concat_str(named, separator=", ", ignore_nulls=True).alias("fields"),
    )
    return told.join(parted, on=_PAIR, how="full", coalesce=True).sort(_PAIR)


def weigh_pairs(groups: pl.DataFrame, pairs: pl.DataFrame, against: pl.DataFrame) -> pl.DataFrame:
    """Weights within groups: cluster, record_l, record_r, bits (clipped), sorted.

    A scored pair keeps its weight; without a contradiction nothing counts against it. A pair
    nobody scored counts only when something contradicts. What a declared key joins keeps all its
    weight. An always-link rule outweighs everything else, and a never-link rule forbids.
    """
    left = groups.select(pl.col("record_id").alias("record_l"), "cluster")
    right = groups.select(
        pl.col("record_id").alias("record_r"), pl.col("cluster").alias("cluster_r")
    )
    scored = (
        pairs.select(*_PAIR, "kind", "always", "match_weight")
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
        pl.when(pl.col("rule").is_not_null()).then(pl.lit(-np.inf))
        .when(pl.col("always").is_not_null()).then(pl.lit(_ALWAYS_BITS))
        .when(pl.col("kind") == "declared").then(weight)
        .when(weight.is_null()).then(pl.col("bits").clip(-_MOST_BITS, 0.0))
        .when(pl.col("bits").is_null()).then(pl.max_horizontal(clipped, pl.lit(0.0)))
        .otherwise(clipped)
        .alias("bits"),
    ).sort("cluster", *_PAIR)  # fmt: skip


def guard(
    groups: pl.DataFrame,
    pairs: pl.DataFrame,
    against: pl.DataFrame,
    held: pl.DataFrame,
    *,
    settings: ResolveSettings,
) -> pl.DataFrame:
    """Cut the groups that need it: record_id, cluster (its smallest record), sorted.

    ``held`` is what limits per customer count: record_id, field, value, most.
    """
    weighed = weigh_pairs(groups, pairs, against)
    suspicious = _suspicious(groups, weighed, held, settings)
    cut = [groups.join(suspicious, on="cluster", how="anti")]
    members = groups.join(suspicious, on="cluster").sort("cluster", "record_id")
    inside = weighed.join(suspicious, on="cluster").sort("cluster", *_PAIR)
    counted = held.join(members, on="record_id").sort("cluster", "record_id", "field", "value")
    rows_of = inside.partition_by("cluster", as_dict=True)
    held_of = counted.partition_by("cluster", as_dict=True)
    for key, group in members.partition_by("cluster", as_dict=True, maintain_order=True).items():
        record_ids = group["record_id"].to_numpy()
        kinds = _held(record_ids, held_of.get(key, counted.clear()))
        cut.append(_cut(record_ids, rows_of[key], kinds, settings))
    return pl.concat(cut).sort("record_id")


def over_limit(groups: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """Groups that hold more values of a field than a customer may: cluster, field, most."""
    counts = held.join(groups, on="record_id").group_by("cluster", "field", "most")
    return (
        counts.agg(pl.col("value").n_unique().alias("values"))
        .filter(pl.col("values") > pl.col("most"))
        .select("cluster", "field", "most")
        .sort("cluster", "field")
    )


def _suspicious(
    groups: pl.DataFrame, weighed: pl.DataFrame, held: pl.DataFrame, settings: ResolveSettings
) -> pl.DataFrame:
    """Groups with a pair that weighs against, too many values, or room for a lone weak link."""
    sizes = groups.group_by("cluster").len("records")
    told = weighed.join(sizes, on="cluster")
    is_weak = pl.col("bits").is_between(
        settings.min_match_weight_bits, settings.min_bridge_weight_bits, closed="left"
    )
    doubtful = told.filter((pl.col("bits") < 0) | (is_weak & (pl.col("records") > 3)))
    several = over_limit(groups, held).join(sizes.filter(pl.col("records") > 1), on="cluster")
    return pl.concat([doubtful.select("cluster"), several.select("cluster")]).unique()


def _held(record_ids: Integers, counted: pl.DataFrame) -> list[Held]:
    """What limits count within one group, a matrix per field."""
    kinds = []
    for one in counted.partition_by("field", maintain_order=True):
        rows = np.searchsorted(record_ids, one["record_id"].to_numpy())
        columns = one["value"].rank("dense").to_numpy().astype(np.int64) - 1
        values = np.zeros((len(record_ids), int(columns.max()) + 1), np.int64)
        values[rows, columns] = 1
        kinds.append(Held(values, int(one["most"][0])))
    return kinds


def _cut(
    record_ids: Integers, weighed: pl.DataFrame, held: Sequence[Held], settings: ResolveSettings
) -> pl.DataFrame:
    weights = np.zeros((len(record_ids), len(record_ids)))
    left = np.searchsorted(record_ids, weighed["record_l"].to_numpy())
    right = np.searchsorted(record_ids, weighed["record_r"].to_numpy())
    weights[left, right] = weights[right, left] = weighed["bits"].to_numpy()
    groups = average_linkage(
        weights,
        min_link_bits=settings.min_match_weight_bits,
        min_bridge_bits=settings.min_bridge_weight_bits,
        held=held,
    )
    return pl.DataFrame({"record_id": record_ids, "cluster": record_ids[groups]})
