"""Scored pairs: what keys declare, what rules say, what the model weighs, each with evidence."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

import polars as pl

from cdp.engine import DuckDBEngine, Engine, Scalar, load
from cdp.resolve.attributes import comparisons_of
from cdp.resolve.blocking import build_candidates, draw_pairs
from cdp.resolve.comparison import Comparison
from cdp.resolve.drift import note_counts
from cdp.resolve.features import Features
from cdp.resolve.home_pairs import score_homes
from cdp.resolve.model import Model
from cdp.resolve.neighbourhoods import touched_neighbourhoods
from cdp.resolve.rivals import weigh_rivals
from cdp.resolve.rule_links import bonds
from cdp.resolve.scoring import score, train
from cdp.resolve.settings import ResolveSettings
from cdp.resolve.terms import count_terms, spread_terms
from cdp.resolve.versions import Version, finish, keep_model, read_model, show_model
from cdp.resolve.weighed_pairs import unpacked, weigh_candidates
from cdp.store.touched import Records, both
from cdp.tables import CONTRACTS

_SQL = Path(__file__).parent / "sql"
_DECLARED, _ALIKE = _SQL / "declared.sql", _SQL / "alike.sql"
_MOST_ALIKE = 20
"""More records than these that state the very same are joined without being weighed: 2,000 of
them would make two million pairs, and a block of that size is refused."""
_CONTRACT = CONTRACTS["identity.scored_pairs"]
_HOMES, _WEIGHED = CONTRACTS["identity.household_pairs"], CONTRACTS["identity.weighed_pairs"]
_BONDS, _TERMS = CONTRACTS["identity.declared_pairs"], CONTRACTS["model.terms"]
_PAIR = ("record_l", "record_r")


def score_pairs(
    engine: Engine,
    *,
    settings: ResolveSettings,
    version: Version,
    seed: int,
    records: Records = None,
) -> Records:
    """Make ``identity.scored_pairs`` from ``identity.records``, ``identifiers`` and ``attributes``.

    The model that weighed them is told in ``identity.model_levels`` and ``identity.model_sources``;
    pairs that it takes for two people of one home are in ``identity.household_pairs``.

    A pair is there when a declared key joins it, or when its weight as match against random
    reaches the grey zone. The household term may then push the weight far below: such pairs
    stay, so that one can see what speaks against them.

    Args:
        engine: Holds the tables of identity.
        settings: The project's.
        version: The model in use; one in training is fitted here, and then in force.
        seed: Draws the random pairs from which a model learns what strangers have in common.
        records: Those to be weighed again, with all others; null for all.

    Returns:
        The records whose scored pairs were made again: the neighbourhoods of those given.
    """
    for contract in (_CONTRACT, _WEIGHED, _BONDS, _HOMES):
        engine.ensure(contract)
    threads = int(engine.query("select current_setting('threads') as threads")["threads"][0])
    comparisons = comparisons_of(settings.compare)
    with closing(DuckDBEngine(threads=threads)) as scratch:
        features = Features(engine, scratch, settings=settings, model_id=version.model_id)
        features.add(records)
        build_candidates(engine, scratch, settings=settings, version=version, records=records)
        if records is not None:
            paired = scratch.query("select join_key_l, join_key_r from work.candidates")
            features.add(pl.concat([paired["join_key_l"], paired["join_key_r"]]).unique())
        model = _model(engine, scratch, comparisons, version, settings, seed)
        touched = _weigh(engine, scratch, model, comparisons, settings, records)
        near = _neighbours(engine, settings, touched)
        if near is not None:
            features.add(near)
            spread_terms(scratch, comparisons)
        rivalled = _against_rivals(engine, scratch, model, comparisons, settings, near)
    declared = _declared(engine, settings, near)
    modelled = _contracted(_explained(rivalled, model, comparisons))
    undeclared = modelled.join(declared, on=_PAIR, how="anti")
    pairs = pl.concat([declared, undeclared]).sort(_PAIR)
    again = both(near, records)
    engine.renew_frame(_CONTRACT, pairs, keys=again, columns=_PAIR)
    if version.is_training:
        note_counts(engine, version, settings=settings)
    return again


def _model(
    engine: Engine,
    scratch: DuckDBEngine,
    comparisons: Sequence[Comparison],
    version: Version,
    settings: ResolveSettings,
    seed: int,
) -> Model:
    """The model in use, read or trained; its terms are spread over the features."""
    model_id = version.model_id
    if version.is_training:
        record_count = draw_pairs(scratch, seed=seed)
        counted = scratch.query(count_terms(comparisons, model_id).sql)
        engine.delete(_TERMS.name, "model_id", [model_id])
        engine.store_frame(_TERMS, counted, append=True)
    terms = engine.query("select * from model.terms where model_id = $id", {"id": model_id})
    scratch.store_frame(_TERMS, terms, append=False, is_key_checked=False)
    spread_terms(scratch, comparisons)
    if version.is_training:
        model = train(scratch, comparisons, record_count=record_count)
        keep_model(engine, version, model, comparisons)
        finish(engine, version, model, kept_from=settings.min_kept_model_records)
    model = read_model(engine, model_id, comparisons)
    show_model(engine, version)
    return model


def _weigh(
    engine: Engine,
    scratch: DuckDBEngine,
    model: Model,
    comparisons: Sequence[Comparison],
    settings: ResolveSettings,
    records: Records,
) -> Records:
    """Make ``identity.weighed_pairs`` and ``household_pairs`` of the records; all they touch."""
    # The same for every project: what is left to stewards must not change who is one customer.
    least = settings.min_kept_weight_bits
    weighed = weigh_candidates(scratch, model, comparisons, min_weight_bits=least)
    homes = score_homes(scratch, model, min_bits=settings.min_household_weight_bits)
    touched = None
    if records is not None:
        former = [engine.rows_of(_WEIGHED.name, side, records).select(_PAIR) for side in _PAIR]
        sides = [pairs[side] for pairs in (*former, weighed) for side in _PAIR]
        touched = pl.concat([records, *sides]).unique()
    engine.renew_frame(_WEIGHED, weighed, keys=records, columns=_PAIR)
    engine.renew_frame(_HOMES, homes, keys=records, columns=_PAIR)
    return touched


def _neighbours(engine: Engine, settings: ResolveSettings, touched: Records) -> Records:
    """The neighbourhoods of touched records; ``identity.declared_pairs`` is brought up to date."""
    joined = bonds(engine, _declared_pairs(engine, settings), settings)
    before = engine.rows_of(_BONDS.name, "record_l", None)
    engine.store_frame(_BONDS, joined, append=False)
    if touched is None:
        return None
    sides = [(before, joined), (joined, before)]
    moved = [one.join(other, on=_PAIR, how="anti") for one, other in sides]
    ends = [pairs[side].cast(pl.Int64) for pairs in moved for side in _PAIR]
    weighed = engine.query("select record_l, record_r from identity.weighed_pairs")
    return touched_neighbourhoods(
        pl.concat([weighed, joined]), pl.concat([touched, *ends]).unique()
    )


def _against_rivals(
    engine: Engine,
    scratch: DuckDBEngine,
    model: Model,
    comparisons: Sequence[Comparison],
    settings: ResolveSettings,
    near: Records,
) -> pl.DataFrame:
    """The weighed pairs of some neighbourhoods, weighed against one another."""
    kept = engine.rows_of(_WEIGHED.name, "record_l", near).sort(_PAIR)
    weighed = unpacked(kept, comparisons)
    if not weighed.height:
        return weighed.with_columns(rivals_bits=pl.lit(0.0))
    against_random = pl.col("match_weight") - pl.col("household_bits") - pl.col("rivals_bits")
    score_more = partial(score, scratch, model, comparisons, min_weight_bits=None)

    def score_thirds(candidates: str) -> pl.DataFrame:
        scored = score_more(candidates=candidates)
        scored = scored.with_columns(rule_count=pl.lit(0, pl.Int64)).select(weighed.columns)
        return scored.with_columns(pl.col(n).cast(t) for n, t in weighed.schema.items())

    return weigh_rivals(
        scratch,
        weighed,
        model,
        comparisons,
        repeats=model.repeats | dict.fromkeys(settings.sources_without_duplicates, -math.inf),
        score_more=score_thirds,
    ).filter(against_random >= settings.min_kept_weight_bits)


def _declared(engine: Engine, settings: ResolveSettings, near: Records) -> pl.DataFrame:
    bits = settings.declared_weight_bits
    declared = _declared_pairs(engine, settings)
    if near is not None:
        declared = declared.filter(pl.col("record_l").is_in(near.implode()))
    told = {
        entry: json.dumps({entry: {"level": "same", "weight_bits": bits}})
        for entry in ("declared_key", "all_stated")
    }
    return _contracted(
        declared.with_columns(
            kind=pl.lit("declared"),
            match_weight=pl.lit(bits, pl.Float64),
            rule_count=pl.lit(0, pl.Int64),
            evidence=pl.col("entry").replace_strict(told, return_dtype=pl.String),
        )
    )


def _declared_pairs(engine: Engine, settings: ResolveSettings) -> pl.DataFrame:
    """record_l, record_r, reason and entry: pairs of one key, and of many that state the same."""
    keyed = engine.query(load(_DECLARED).sql).select(
        *_PAIR, reason=pl.format("same key of `{}`", "namespace"), entry=pl.lit("declared_key")
    )
    engine.ensure(CONTRACTS["identity.attributes"])
    sole = ",".join(settings.sources_without_duplicates)
    limits: dict[str, Scalar] = {"most_alike": _MOST_ALIKE, "sources_without_duplicates": sole}
    alike = engine.query(load(_ALIKE).sql, limits).select(
        *_PAIR, reason=pl.lit("alike in all that they state"), entry=pl.lit("all_stated")
    )
    return pl.concat([keyed, alike]).unique(_PAIR, keep="first", maintain_order=True)


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
