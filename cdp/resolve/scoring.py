"""Scores of candidate pairs: Splink compares and weighs, sources and household come on top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from cdp.engine import DuckDBEngine
from cdp.resolve.blocking_rules import rules_of
from cdp.resolve.bounds import keep_likely
from cdp.resolve.codes import RAREST_TERM
from cdp.resolve.comparison import Comparison
from cdp.resolve.estimation import Evidence, estimate
from cdp.resolve.model import Model, Numbers, Patterns, shipped_model
from cdp.resolve.terms import terms_of

_TRAINING_PAIRS = 400_000
_SOURCES = "least(source_l, source_r) || ' + ' || greatest(source_l, source_r)"


def train(scratch: DuckDBEngine, comparisons: Sequence[Comparison], *, record_count: int) -> Model:
    """Fit the model on the work tables of blocking; a bounded number of pairs is looked at."""
    sources = _source_pairs(scratch)
    names = tuple(sources["sources"])
    shipped = shipped_model(comparisons, record_count=record_count, sources=names)
    total = scratch.count("work.candidates")
    step = max(1, -(-total // _TRAINING_PAIRS))
    # Ids are hashes, so their sum is as good as a die.
    scratch.connection.execute(
        "create table work.chosen as select * from work.candidates"
        f" where (join_key_l + join_key_r) % {step} = 0"
        " union all select * from work.random_pairs"
    )
    compared = _compare(scratch, shipped, comparisons, "work.chosen", None)
    evidence = _evidence(scratch, compared, comparisons, sources, step)
    for table in (compared, "work.chosen"):
        scratch.connection.execute(f"drop table {table}")
    counted = scratch.query("select source, count(*) as records from work.features group by source")
    records = dict(zip(counted["source"], counted["records"], strict=True))
    return replace(estimate(shipped, comparisons, evidence), records=records)


def _source_pairs(scratch: DuckDBEngine) -> pl.DataFrame:
    """Each two sources (or one with itself) and all pairs of records there are: sources, pairs."""
    return scratch.query(
        """
        with counted as (select source, count(*) as records from work.features group by source)
        select
            l.source || ' + ' || r.source as sources,
            case when l.source = r.source then l.records * (l.records - 1) // 2
                else l.records * r.records end as pairs
        from counted as l join counted as r on l.source <= r.source
        order by sources
        """
    )


def _evidence(
    scratch: DuckDBEngine,
    compared: str,
    comparisons: Sequence[Comparison],
    sources: pl.DataFrame,
    step: int,
) -> Evidence:
    """Patterns of the pairs compared; each candidate stands for ``step`` of its kind."""
    gammas = [f"gamma_{c.name}" for c in comparisons]
    listed = ", ".join(gammas)
    reads = list(rules_of(comparisons).values())
    counted = scratch.query(
        f"select match_key < 0 as is_drawn, {_SOURCES} as sources, {listed},"
        f" count(*) as pairs from {compared} group by all order by all"
    )
    rules = scratch.query(
        f"select n.rule, {_SOURCES} as sources, {listed}, count(*) as pairs from {compared} as p"
        " join work.candidates as c"
        " on p.record_id_l = c.join_key_l and p.record_id_r = c.join_key_r"
        f" join range({len(reads)}) as n(rule) on c.rules >> n.rule & 1 = 1"
        " where p.match_key >= 0 group by all order by all"
    )
    position = {name: place for place, name in enumerate(sources["sources"])}

    def patterns(rows: pl.DataFrame, weight: float) -> Patterns:
        return Patterns(
            rows["sources"].replace_strict(position, return_dtype=pl.Int64).to_numpy(),
            rows.select(gammas).to_numpy().astype(np.int64),
            rows["pairs"].to_numpy() * weight,
        )

    found = counted.filter(~pl.col("is_drawn"))
    placed = rules.join(
        found.select("sources", *gammas).with_row_index("place"), on=["sources", *gammas]
    ).sort("rule", "place")
    return Evidence(
        candidates=patterns(found, float(step)),
        rules=[
            (
                reads[rule],
                rows["place"].to_numpy().astype(np.int64),
                rows["pairs"].to_numpy() * float(step),
            )
            for (rule,), rows in placed.partition_by("rule", as_dict=True).items()
        ],
        drawn=patterns(counted.filter(pl.col("is_drawn")), 1.0),
        sources=tuple(sources["sources"]),
        all_pairs=sources["pairs"].to_numpy().astype(np.float64),
    )


def score(
    scratch: DuckDBEngine,
    model: Model,
    comparisons: Sequence[Comparison],
    *,
    min_weight_bits: float | None,
    candidates: str = "work.candidates",
) -> pl.DataFrame:
    """Score candidates; those of at least ``min_weight_bits`` against random pairs, None for all.

    ``scratch`` holds ``work.features`` of both sides and their terms (see terms.py).

    Returns:
        One row per pair: record_l, record_r, found_by (a blocking rule), gamma_*,
        bits_* (weight of each comparison, term frequency included; null where a side states
        nothing), sources and sources_bits, household_bits (never positive) and match_weight
        (bits), sorted by pair.
    """
    least = None
    if min_weight_bits is not None:
        least = min_weight_bits - max(0.0, float(model.sources_bits.max(initial=0.0)))
        candidates = keep_likely(
            scratch, model, comparisons, min_weight_bits=min_weight_bits, candidates=candidates
        )
    table = _compare(scratch, model, comparisons, candidates, least)
    gammas = ", ".join(f"gamma_{c.name}" for c in comparisons)
    weights = ", ".join(
        f"mw_{c.name}" + (f", mw_tf_adj_{c.name}" if c.term else "") for c in comparisons
    )
    pairs = scratch.query(
        f"select record_id_l, record_id_r, match_key, {_SOURCES} as sources, match_weight,"
        f" {gammas}, {weights} from {table} order by record_id_l, record_id_r"
    )
    scratch.connection.execute(f"drop table {table}")
    weighed = _weighed(pairs, model, comparisons)
    if min_weight_bits is None:
        return weighed
    against_random = pl.col("match_weight") - pl.col("household_bits")
    return weighed.filter(against_random >= min_weight_bits)


def _weighed(pairs: pl.DataFrame, model: Model, comparisons: Sequence[Comparison]) -> pl.DataFrame:
    """Add what sources say, and the household term: match against household or random."""
    sources_bits = _by_sources(model, model.sources_bits, 0.0)
    unseen = float(np.log2(model.household_total))
    shared = [_by_sources(model, np.log2(model.household_share), unseen)]
    weights = []
    for comparison in comparisons:
        name = comparison.name
        gamma, bits = pl.col(f"gamma_{name}"), pl.col(f"mw_{name}")
        term = pl.col(f"mw_tf_adj_{name}") if comparison.term else pl.lit(0.0)
        weights.append(pl.when(gamma >= 0).then((bits + term).round(4)).alias(f"bits_{name}"))
        household = np.log2(model.household[name] / model.random[name]).tolist()
        table = dict(enumerate(household)) | {-1: 0.0}
        shared.append(gamma.replace_strict(table, return_dtype=pl.Float64))
        if comparison.is_shared:
            shared.append(term)
    found_by = dict(enumerate(rules_of(comparisons))) | {-1: "a third record"}
    household_bits = -(1.0 + 2.0 ** pl.sum_horizontal(shared)).log(2.0)
    return pairs.select(
        pl.col("record_id_l").alias("record_l"),
        pl.col("record_id_r").alias("record_r"),
        pl.col("match_key")
        .replace_strict(found_by, default=None, return_dtype=pl.String)
        .alias("found_by"),
        *(pl.col(f"gamma_{c.name}") for c in comparisons),
        *weights,
        "sources",
        sources_bits.round(4).alias("sources_bits"),
        household_bits.round(4).alias("household_bits"),
        (pl.col("match_weight") + sources_bits + household_bits).round(4).alias("match_weight"),
    )


def _by_sources(model: Model, bits: Numbers, unseen: float) -> pl.Expr:
    """Of sources that came after the training nothing is known but what holds for all."""
    table = dict(zip(model.sources, bits.tolist(), strict=True))
    return pl.col("sources").replace_strict(table, default=unseen, return_dtype=pl.Float64)


def _compare(
    scratch: DuckDBEngine,
    model: Model,
    comparisons: Sequence[Comparison],
    pairs: str,
    min_weight_bits: float | None,
) -> str:
    """Let Splink compare and weigh the pairs of a work table; the table that it made."""
    from splink import DuckDBAPI, Linker

    api = DuckDBAPI(scratch.connection.cursor(), output_schema="work")
    linker = Linker(
        api.register("features"),
        _splink_settings(model, comparisons),
        log_level=None,
        validate_settings=False,
    )
    for term in terms_of(comparisons):
        linker.table_management.register_term_frequency_lookup(api.register(f"tf_{term}"), term)
    chosen = api.register(pairs.removeprefix("work."))
    linker.table_management.register_blocked_pairs_for_predict(chosen)
    scored = linker.inference.predict(threshold_match_weight=min_weight_bits, warning_mode="never")
    return f"work.{scored.physical_name}"


def _splink_settings(model: Model, comparisons: Sequence[Comparison]) -> Any:
    """The model in Splink's words: its comparisons, m and u, and the prior."""
    from splink import SettingsCreator

    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=[_splink_comparison(c, model) for c in comparisons],
        probability_two_random_records_match=model.match_total,
        retain_matching_columns=True,
        retain_intermediate_calculation_columns=True,
        unique_id_column_name="record_id",
        additional_columns_to_retain=["source"],
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
            told["tf_minimum_u_value"] = RAREST_TERM
            told["disable_tf_exact_match_detection"] = True
        levels.append(told)
    return {"output_column_name": comparison.name, "comparison_levels": levels}
