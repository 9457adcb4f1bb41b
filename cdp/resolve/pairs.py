"""Scored pairs: what keys declare, what rules say, what the model weighs, each with evidence."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

import polars as pl

from cdp.engine import DuckDBEngine, Engine, load
from cdp.resolve.attributes import comparisons_of
from cdp.resolve.blocking import build_candidates
from cdp.resolve.blocking_rules import sure_rules
from cdp.resolve.comparison import Comparison
from cdp.resolve.home_pairs import score_homes
from cdp.resolve.model import Model
from cdp.resolve.rivals import weigh_rivals
from cdp.resolve.scoring import score, train
from cdp.resolve.settings import ResolveSettings
from cdp.tables import CONTRACTS

_DECLARED = Path(__file__).parent / "sql" / "declared.sql"
_CONTRACT = CONTRACTS["identity.scored_pairs"]
_HOMES = CONTRACTS["identity.household_pairs"]
_LEVELS, _SOURCES = CONTRACTS["identity.model_levels"], CONTRACTS["identity.model_sources"]
_PAIR = ("record_l", "record_r")


def score_pairs(engine: Engine, *, settings: ResolveSettings, seed: int) -> None:
    """Make ``identity.scored_pairs`` from ``identity.records``, ``identifiers`` and ``attributes``.

    The model that weighed them is told in ``identity.model_levels`` and ``identity.model_sources``;
    pairs that it takes for two people of one home are in ``identity.household_pairs``.

    A pair is there when a declared key joins it, or when its weight as match against random
    reaches the grey zone. The household term may then push the weight far below: such pairs
    stay, so that one can see what speaks against them. ``seed`` draws the random pairs from
    which the model learns what strangers have in common.
    """
    declared = _declared(engine, settings)
    modelled = _modelled(engine, settings, seed)
    undeclared = modelled.join(declared, on=_PAIR, how="anti")
    engine.store_frame(_CONTRACT, pl.concat([declared, undeclared]).sort(_PAIR), append=False)


def _declared(engine: Engine, settings: ResolveSettings) -> pl.DataFrame:
    bits = settings.declared_weight_bits
    namespace = pl.col("namespace")
    evidence = json.dumps({"declared_key": {"level": "same", "weight_bits": bits}})
    return _contracted(
        engine.query(load(_DECLARED).sql).with_columns(
            kind=pl.lit("declared"),
            match_weight=pl.lit(bits, pl.Float64),
            rule_count=pl.lit(0, pl.Int64),
            reason=pl.format("same key of `{}`", namespace),
            evidence=pl.lit(evidence),
        )
    )


def _modelled(engine: Engine, settings: ResolveSettings, seed: int) -> pl.DataFrame:
    threads = int(engine.query("select current_setting('threads') as threads")["threads"][0])
    comparisons = comparisons_of(settings.compare)
    with closing(DuckDBEngine(threads=threads)) as scratch:
        record_count = build_candidates(engine, scratch, settings=settings, seed=seed)
        model = train(scratch, comparisons, record_count=record_count)
        weighed = _weighed(scratch, model, comparisons, settings)
        homes = score_homes(scratch, model, min_bits=settings.min_household_weight_bits)
    for contract, rows in (
        (_HOMES, homes),
        (_LEVELS, model.levels(comparisons).sort(_LEVELS.key)),
        (_SOURCES, model.by_sources().sort(_SOURCES.key)),
    ):
        engine.store_frame(contract, rows.select(contract.column_names), append=False)
    return _contracted(_explained(weighed, model, comparisons))


def _weighed(
    scratch: DuckDBEngine,
    model: Model,
    comparisons: Sequence[Comparison],
    settings: ResolveSettings,
) -> pl.DataFrame:
    """Candidates weighed one by one, then against one another."""
    # The same for every project: what is left to stewards must not change who is one customer.
    least = settings.min_kept_weight_bits
    weighed = score(scratch, model, comparisons, min_weight_bits=least)
    against_random = pl.col("match_weight") - pl.col("household_bits") - pl.col("rivals_bits")
    weighed = weigh_rivals(
        scratch,
        weighed,
        model,
        comparisons,
        repeats=model.repeats | dict.fromkeys(settings.sources_without_duplicates, -math.inf),
        score_more=partial(score, scratch, model, comparisons, min_weight_bits=None),
    ).filter(against_random >= least)
    scratch.connection.register("kept_pairs", weighed.select(_PAIR).to_arrow())
    counted = scratch.query(
        "select k.*, case when c.rules & $sure = 0 then cast(bit_count(c.rules) as bigint) end"
        " as rule_count from kept_pairs as k"
        " join work.candidates as c on k.record_l = c.join_key_l and k.record_r = c.join_key_r",
        {"sure": sure_rules(comparisons)},
    )
    scratch.connection.unregister("kept_pairs")
    return weighed.join(counted, on=_PAIR, how="left", maintain_order="left").with_columns(
        pl.col("rule_count").fill_null(0)
    )


def _explained(
    weighed: pl.DataFrame, model: Model, comparisons: Sequence[Comparison]
) -> pl.DataFrame:
    """Kind, reason, and evidence whose bits add up to the weight."""
    return weighed.with_columns(
        kind=pl.lit("probabilistic"),
        reason=pl.format("the model; found by {}", "found_by"),
        prior_bits=pl.lit(round(model.prior_bits, 4)),
    ).with_columns(evidence=_evidence(comparisons))


def _evidence(comparisons: Sequence[Comparison]) -> pl.Expr:
    """A JSON object: comparison to its level and weight; where nothing is stated, no entry."""
    entries = [_entry("prior", pl.lit("share of matches among all pairs"), pl.col("prior_bits"))]
    entries.append(_entry("sources", pl.col("sources"), pl.col("sources_bits")))
    for comparison in comparisons:
        names = dict(enumerate(comparison.level_names)) | {-1: None}
        level = pl.col(f"gamma_{comparison.name}").replace_strict(names, return_dtype=pl.String)
        entries.append(_entry(comparison.name, level, pl.col(f"bits_{comparison.name}")))
    entries.append(_entry("household", pl.lit("may be two of one home"), pl.col("household_bits")))
    bits = pl.col("rivals_bits")
    fits = (
        pl.when(bits < 0).then(pl.lit("another record may be the one"))
        .when(bits > 0).then(pl.lit("nobody else of the source fits"))
    )  # fmt: skip
    entries.append(_entry("rivals", fits, bits))
    listed = pl.concat_str(entries, separator=", ", ignore_nulls=True)
    return pl.concat_str([pl.lit("{"), listed, pl.lit("}")])


def _entry(name: str, level: pl.Expr, bits: pl.Expr) -> pl.Expr:
    """``"name": {"level": ..., "weight_bits": ...}``; null when the level or the bits are."""
    opening = pl.lit(f'"{name}": {{"level": "')
    return pl.concat_str([opening, level, pl.lit('", "weight_bits": '), bits.round(2), pl.lit("}")])


def _contracted(pairs: pl.DataFrame) -> pl.DataFrame:
    probability = 1.0 / (1.0 + 2.0 ** -pl.col("match_weight"))
    return pairs.with_columns(match_probability=probability).select(_CONTRACT.column_names)
