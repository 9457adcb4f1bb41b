"""What was decided about each scored pair, and why."""

from __future__ import annotations

import polars as pl

from cdp.resolve.settings import ResolveSettings
from cdp.tables import CONTRACTS

_CONTRACT = CONTRACTS["identity.links"]
_PAIR = ["record_l", "record_r"]


def decide_links(
    pairs: pl.DataFrame,
    groups: pl.DataFrame,
    clusters: pl.DataFrame,
    against: pl.DataFrame,
    *,
    settings: ResolveSettings,
) -> pl.DataFrame:
    """``identity.links``: scored pairs as accepted, refused (with the guard) or for review.

    A pair too light to be linked whose records are one customer through others needs no
    decision and is left out. Sorted by pair.
    """
    placed = pairs
    for side in ("l", "r"):
        for name, table in (("group", groups), ("cluster", clusters)):
            named = table.select(
                pl.col("record_id").alias(f"record_{side}"),
                pl.col("cluster").alias(f"{name}_{side}"),
            )
            placed = placed.join(named, on=f"record_{side}", how="left")
    placed = placed.join(against.select(*_PAIR, "fields"), on=_PAIR, how="left")
    weight = pl.col("match_weight")
    is_link = weight >= settings.min_match_weight_bits
    is_one = pl.col("cluster_l") == pl.col("cluster_r")
    decided = placed.filter(is_link | ~is_one).with_columns(
        status=pl.when(is_link & is_one).then(pl.lit("accepted"))
        .when(~is_link & (weight >= settings.review_match_weight_bits)).then(pl.lit("review"))
        .otherwise(pl.lit("refused")),
        reason=pl.when(is_link & ~is_one).then(_guard_reason())
        .when(weight < settings.review_match_weight_bits)
        .then(pl.lit("household: as likely two people of one home"))
        .otherwise("reason"),
    )  # fmt: skip
    return decided.select(_CONTRACT.column_names).sort(_PAIR)


def _guard_reason() -> pl.Expr:
    return (
        pl.when(pl.col("group_l") != pl.col("group_r"))
        .then(pl.lit("size: the group would be too large"))
        .when(pl.col("fields").is_not_null())
        .then(pl.format("contradiction: different {}", "fields"))
        .otherwise(pl.lit("group: too little joins the two groups, or others of them contradict"))
    )
