"""Scores of candidate pairs: Splink compares and weighs, the household term comes on top."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from cdp.engine import DuckDBEngine
from cdp.resolve.comparisons import COMPARISONS, Comparison
from cdp.resolve.model import Model, Patterns, estimate, shipped_model

_TRAINING_PAIRS = 300_000
_RAREST_TERM = 1e-4
_GAMMAS = ", ".join(f"gamma_{c.name}" for c in COMPARISONS)


def train(scratch: DuckDBEngine, *, record_count: int) -> Model:
    """Fit the model on the work tables of blocking; a bounded number of pairs is looked at."""
    shipped = shipped_model(record_count)
    total = scratch.count("work.candidates")
    step = max(1, -(-total // _TRAINING_PAIRS))
    chosen = (
        "select * from work.candidates"
        f" where stable_id(join_key_l || '|' || join_key_r) % {step} = 0"
        " union all select * from work.random_pairs"
    )
    compared = _compare(scratch, shipped, chosen, None)
    return estimate(
        shipped,
        candidates=_patterns(scratch, compared, "match_key <> 'random'", float(step)),
        drawn=_patterns(scratch, compared, "match_key = 'random'", 1.0),
        record_count=record_count,
    )


def score(scratch: DuckDBEngine, model: Model, *, min_weight_bits: float) -> pl.DataFrame:
    """Score all candidates; those of at least ``min_weight_bits`` against random pairs.

    Returns:
        One row per pair: record_l, record_r, found_by (a blocking rule), gamma_*,
        bits_* (weight of each comparison, term frequency included; null where a side states
        nothing), household_bits (never positive) and match_weight (bits), sorted by pair.
    """
    table = _compare(scratch, model, "select * from work.candidates", min_weight_bits)
    pairs = scratch.query(f"select * from {table} order by record_id_l, record_id_r")
    return _weighed(pairs, model)


def _weighed(pairs: pl.DataFrame, model: Model) -> pl.DataFrame:
    """Add the household term: match against household or random, not against random alone."""
    shared = [pl.lit(float(np.log2(model.household_share)))]
    weights = []
    for comparison in COMPARISONS:
        name = comparison.name
        gamma, bits = pl.col(f"gamma_{name}"), pl.col(f"mw_{name}")
        term = pl.col(f"mw_tf_adj_{name}") if comparison.term else pl.lit(0.0)
        weights.append(pl.when(gamma >= 0).then((bits + term).round(4)).alias(f"bits_{name}"))
        household = np.log2(model.household[name] / model.random[name]).tolist()
        table = dict(enumerate(household)) | {-1: 0.0}
        shared.append(gamma.replace_strict(table, return_dtype=pl.Float64))
        if comparison.is_shared:
            shared.append(term)
    household_bits = -(1.0 + 2.0 ** pl.sum_horizontal(shared)).log(2.0)
    return pairs.select(
        pl.col("record_id_l").alias("record_l"),
        pl.col("record_id_r").alias("record_r"),
        pl.col("match_key").alias("found_by"),
        *(pl.col(f"gamma_{c.name}") for c in COMPARISONS),
        *weights,
        household_bits.round(4).alias("household_bits"),
        (pl.col("match_weight") + household_bits).round(4).alias("match_weight"),
    )


def _compare(scratch: DuckDBEngine, model: Model, pairs: str, min_weight_bits: float | None) -> str:
    """Let Splink compare and weigh pairs; the name of the table that it made."""
    from splink import DuckDBAPI, Linker

    scratch.connection.execute(f"create or replace table work.chosen as {pairs}")
    api = DuckDBAPI(scratch.connection.cursor(), output_schema="work")
    linker = Linker(
        api.register("features"), _splink_settings(model), log_level=None, validate_settings=False
    )
    chosen = api.register("chosen")
    linker.table_management.register_blocked_pairs_for_predict(chosen)
    scored = linker.inference.predict(threshold_match_weight=min_weight_bits, warning_mode="never")
    return f"work.{scored.physical_name}"


def _splink_settings(model: Model) -> Any:
    """The model in Splink's words: its comparisons, m and u, and the prior."""
    from splink import SettingsCreator

    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=[_splink_comparison(c, model) for c in COMPARISONS],
        probability_two_random_records_match=model.match_share,
        retain_matching_columns=True,
        retain_intermediate_calculation_columns=True,
        unique_id_column_name="record_id",
        linker_uid="resolve",
    )


def _splink_comparison(comparison: Comparison, model: Model) -> dict[str, Any]:
    match, random = model.match[comparison.name], model.random[comparison.name]
    levels: list[dict[str, Any]] = [
        {
            "sql_condition": comparison.null,
            "label_for_charts": "not stated",
            "is_null_level": True,
        }
    ]
    for gamma, level in zip(range(len(match) - 1, -1, -1), comparison.levels, strict=True):
        told: dict[str, Any] = {
            "sql_condition": level.condition if gamma else "ELSE",
            "label_for_charts": level.name,
            "m_probability": float(match[gamma]),
            "u_probability": float(random[gamma]),
        }
        if level.is_term:
            told["tf_adjustment_column"] = comparison.term
            told["tf_minimum_u_value"] = _RAREST_TERM
            told["disable_tf_exact_match_detection"] = True
        levels.append(told)
    return {"output_column_name": comparison.name, "comparison_levels": levels}


def _patterns(scratch: DuckDBEngine, table: str, where: str, pairs_per_pair: float) -> Patterns:
    """Distinct agreement patterns and their pairs, in a total order."""
    counted = scratch.query(
        f"select {_GAMMAS}, count(*) as pairs from {table} where {where}"
        f" group by {_GAMMAS} order by {_GAMMAS}"
    )
    return Patterns(
        counted.drop("pairs").to_numpy().astype(np.int64),
        counted["pairs"].to_numpy().astype(np.float64) * pairs_per_pair,
    )
