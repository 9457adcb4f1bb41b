"""Pairs as the model weighs them one by one: kept, so that only touched ones are weighed again."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from cdp.engine import DuckDBEngine
from cdp.resolve.blocking_rules import sure_rules
from cdp.resolve.comparison import Comparison
from cdp.resolve.model import Model
from cdp.resolve.scoring import score
from cdp.tables import CONTRACTS

CONTRACT = CONTRACTS["identity.weighed_pairs"]


def weigh_candidates(
    scratch: DuckDBEngine,
    model: Model,
    comparisons: Sequence[Comparison],
    *,
    min_weight_bits: float,
) -> pl.DataFrame:
    """``identity.weighed_pairs`` of the candidates that weigh enough against random ones."""
    if not scratch.count("work.candidates"):
        return pl.DataFrame(schema=pl.Schema(CONTRACT.schema))
    weighed = score(scratch, model, comparisons, min_weight_bits=min_weight_bits)
    scratch.connection.register("kept_pairs", weighed.select("record_l", "record_r").to_arrow())
    counted = scratch.query(
        "select k.*, case when c.rules & $sure = 0 then cast(bit_count(c.rules) as bigint) else 0"
        " end as rule_count from kept_pairs as k"
        " join work.candidates as c on k.record_l = c.join_key_l and k.record_r = c.join_key_r",
        {"sure": sure_rules(comparisons)},
    )
    scratch.connection.unregister("kept_pairs")
    return packed(
        weighed.join(counted, on=["record_l", "record_r"], maintain_order="left"), comparisons
    )


def packed(weighed: pl.DataFrame, comparisons: Sequence[Comparison]) -> pl.DataFrame:
    """Pairs as `scoring.score` tells them, levels and bits in a list each."""
    bits = pl.concat_list(pl.col(f"bits_{c.name}").fill_null(0.0) for c in comparisons)
    levels = pl.concat_list(pl.col(f"gamma_{c.name}").cast(pl.Int64) for c in comparisons)
    return weighed.with_columns(levels=levels, bits=bits).select(CONTRACT.column_names)


def unpacked(pairs: pl.DataFrame, comparisons: Sequence[Comparison]) -> pl.DataFrame:
    """The reverse of `packed`; ``rule_count`` comes last."""
    columns = []
    for place, comparison in enumerate(comparisons):
        level = pl.col("levels").list.get(place)
        bits = pl.when(level >= 0).then(pl.col("bits").list.get(place))
        columns += [level.alias(f"gamma_{comparison.name}"), bits.alias(f"bits_{comparison.name}")]
    return pairs.with_columns(columns).drop("levels", "bits")
