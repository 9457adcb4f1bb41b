"""What was decided about each linked or doubtful pair, and why."""

from __future__ import annotations

import polars as pl

from cdp.resolve.settings import ResolveSettings
from cdp.tables import CONTRACTS

_CONTRACT = CONTRACTS["identity.links"]
_PAIR = ["record_l", "record_r"]
_CLUSTERS = ["one", "other"]
_HARDLY = -1.0
"""Bits that hardly explain a refusal."""


def decide_links(
    pairs: pl.DataFrame,
    groups: pl.DataFrame,
    clusters: pl.DataFrame,
    against: pl.DataFrame,
    held: pl.DataFrame,
    *,
    settings: ResolveSettings,
) -> pl.DataFrame:
    """``identity.links``: scored pairs as accepted, refused (with the guard) or for review.

    A pair too light to be linked whose records are one customer through others needs no
    decision and is left out. Where a rule of the project goes against the model, a key or
    another rule, the reason names both, with "though" between them. Sorted by pair.
    """
    grouped = groups.select("record_id", group="cluster")
    placed = (
        _sides(pairs, clusters)
        .join(grouped, left_on="record_l", right_on="record_id")
        .join(grouped, left_on="record_r", right_on="record_id", suffix="_r")
        .join(against.select(*_PAIR, "fields", "rule"), on=_PAIR, how="left")
    )
    weight = pl.col("match_weight")
    is_link = weight >= settings.min_match_weight_bits
    is_one = pl.col("one") == pl.col("other")
    refused = placed.filter(is_link & ~is_one)
    placed = placed.join(_parting(refused, clusters, against, held), on=_CLUSTERS, how="left")
    decided = placed.filter(is_link | ~is_one).with_columns(
        status=pl.when(is_link & is_one).then(pl.lit("accepted"))
        .when(~is_link & (weight >= settings.review_match_weight_bits)).then(pl.lit("review"))
        .otherwise(pl.lit("refused")),
        reason=pl.when(is_link & ~is_one).then(_guard_reason())
        .when(weight < settings.review_match_weight_bits).then(_lightness())
        .otherwise(_link_reason(settings)),
    )  # fmt: skip
    return decided.select(_CONTRACT.column_names).sort(_PAIR)


def _lightness() -> pl.Expr:
    """What made a pair too light to be looked at: the strongest of what speaks against it."""
    against = {
        name: pl.col("evidence").str.json_path_match(f"$.{name}.weight_bits").cast(pl.Float64)
        for name in ("rivals", "household")
    }
    rivals, household = (bits.fill_null(0.0) for bits in against.values())
    return (
        pl.when(pl.min_horizontal(rivals, household) > _HARDLY)
        .then(pl.lit("evidence: too little speaks for it"))
        .when(rivals < household).then(pl.lit("rivals: another record is likelier the one"))
        .otherwise(pl.lit("household: as likely two people of one home"))
    )  # fmt: skip


def _link_reason(settings: ResolveSettings) -> pl.Expr:
    """What joins a pair; of an always-link rule also what speaks against it."""
    is_unlikely = pl.col("model_bits") < settings.review_match_weight_bits
    though = (
        pl.when(pl.col("always").is_null()).then(None)
        .when(pl.col("fields").is_not_null()).then(pl.format(", though different {}", "fields"))
        .when(is_unlikely).then(pl.lit(", though the model weighs against it"))
    )  # fmt: skip
    return pl.concat_str("reason", though, ignore_nulls=True)


def _guard_reason() -> pl.Expr:
    parting = pl.coalesce(pl.format("never-link rule `{}`", "rule"), "parting")
    return (
        pl.when(parting.is_not_null())
        .then(pl.format("{}, though linked by {}", parting, "reason"))
        .when(pl.col("group") != pl.col("group_r"))
        .then(pl.lit("size: the group would be too large"))
        .when(pl.col("fields").is_not_null())
        .then(pl.format("contradiction: different {}", "fields"))
        .otherwise(pl.lit("group: too little joins the two groups, or others of them contradict"))
    )


def _parting(
    refused: pl.DataFrame, clusters: pl.DataFrame, against: pl.DataFrame, held: pl.DataFrame
) -> pl.DataFrame:
    """What of the project keeps two clusters apart: one, other (the larger), parting.

    The first never-link rule by name, else the first limit by field.
    """
    ruled = _sides(against.filter(pl.col("rule").is_not_null()), clusters).select(
        *_CLUSTERS, parting=pl.format("never-link rule `{}`", "rule")
    )
    apart = _sides(refused.select(_PAIR), clusters).select(_CLUSTERS).unique()
    values = held.join(clusters, on="record_id").drop("record_id")
    sides = [apart.join(values, left_on=side, right_on="cluster") for side in _CLUSTERS]
    columns = [*_CLUSTERS, "field", "most", "value"]
    limited = (
        pl.concat([side.select(columns) for side in sides])
        .group_by(*_CLUSTERS, "field", "most")
        .agg(pl.col("value").n_unique())
        .filter(pl.col("value") > pl.col("most"))
        .select(*_CLUSTERS, parting=pl.format("limit of {} `{}` per customer", "most", "field"))
    )
    told = pl.concat([ruled.sort(ruled.columns), limited.sort(limited.columns)])
    return told.unique(_CLUSTERS, keep="first", maintain_order=True)


def _sides(pairs: pl.DataFrame, clusters: pl.DataFrame) -> pl.DataFrame:
    """The clusters of each pair, the smaller as one."""
    left = clusters.select(record_l="record_id", cluster_l="cluster")
    right = clusters.select(record_r="record_id", cluster_r="cluster")
    return pairs.join(left, on="record_l").join(right, on="record_r").with_columns(
        one=pl.min_horizontal("cluster_l", "cluster_r"),
        other=pl.max_horizontal("cluster_l", "cluster_r"),
    )  # fmt: skip
