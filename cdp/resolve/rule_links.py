"""Links that keys, always-link rules and stewards make, beside those that were scored."""

from __future__ import annotations

import json

import polars as pl

from cdp.engine import Engine
from cdp.resolve.rules import agreeing, always_pairs, read_stated
from cdp.resolve.settings import ResolveSettings
from cdp.tables import CONTRACTS

_PAIR = ["record_l", "record_r"]


def bonds(engine: Engine, declared: pl.DataFrame, settings: ResolveSettings) -> pl.DataFrame:
    """``identity.declared_pairs``: what keys, rules and stewards join, whatever it weighs."""
    ruled = always_pairs(read_stated(engine, settings), settings)
    engine.ensure(CONTRACTS["identity.rulings"])
    musts = engine.query(
        "select record_l, record_r from identity.rulings where ruling = 'must_link'"
    )
    pairs = [declared.select(_PAIR), ruled.select(_PAIR), musts]
    return pl.concat(pairs).unique().sort(_PAIR)


def with_always_links(
    scored: pl.DataFrame, stated: pl.DataFrame, settings: ResolveSettings, *, of: pl.Series
) -> pl.DataFrame:
    """The scored pairs of some records, and what always-link rules join of them.

    ``stated`` is that of all records: what too many share joins nobody.

    Returns:
        The columns of ``identity.scored_pairs`` and two more: always, the rule that joins the
        pair (null: none), and model_bits, what the pair weighed before (null: nobody scored it).
        A declared pair stays declared.
    """
    pairs = scored.with_columns(always=pl.lit(None, pl.String), model_bits=pl.lit(None, pl.Float64))
    ruled = always_pairs(stated, settings).filter(pl.col("record_l").is_in(of.implode()))
    return _lifted(pairs, _by_rule(ruled), settings)


def with_all_agreements(
    pairs: pl.DataFrame, stated: pl.DataFrame, groups: pl.DataFrame, settings: ResolveSettings
) -> pl.DataFrame:
    """Add every pair that a key or an always-link rule joins within some groups.

    Elsewhere each record is linked only to the smallest that shares its value. Where a rule or a
    limit may take that one away, the others must still know that they belong together.

    Args:
        pairs: As `with_always_links` makes them.
        stated: As `read_stated` makes it.
        groups: record_id, cluster: the groups that are to be cut.
        settings: The rules.
    """
    inside = stated.join(groups.select("record_id"), on="record_id", how="semi")
    keyed = [
        agreeing(
            stated, [namespace], most=settings.max_cluster_records, within=groups
        ).with_columns(
            kind=pl.lit("declared"),
            reason=pl.lit(f"same key of `{namespace}`"),
            always=pl.lit(None, pl.String),
            entry=pl.lit(_opening("declared_key", "same")),
        )
        for namespace in inside.filter("is_key")["field"].unique().sort()
    ]
    ruled = _by_rule(always_pairs(stated, settings, within=groups))
    agreed = pl.concat([ruled, *keyed]).unique(_PAIR, keep="first", maintain_order=True)
    known = pairs.filter(pl.col("always").is_not_null())
    return _lifted(pairs, agreed.join(known, on=_PAIR, how="anti"), settings)


def with_ruled_links(
    pairs: pl.DataFrame, told: pl.DataFrame, settings: ResolveSettings
) -> pl.DataFrame:
    """The pairs with those in place that must links join, of kind `ruled`.

    Args:
        pairs: As `with_always_links` makes them.
        told: record_l, record_r, reason.
        settings: What such a pair weighs.
    """
    ruled = told.select(
        *_PAIR,
        kind=pl.lit("ruled"),
        reason="reason",
        always=pl.lit("must link"),
        entry=pl.lit(_opening("ruling", "must link")),
    )
    return _lifted(pairs, ruled, settings)


def _by_rule(ruled: pl.DataFrame) -> pl.DataFrame:
    entries = {name: _opening("always_link", name) for name in ruled["rule"].unique()}
    return ruled.select(
        *_PAIR,
        kind=pl.lit("deterministic"),
        reason=pl.format("always-link rule `{}`", "rule"),
        always=pl.col("rule"),
        entry=pl.col("rule").replace_strict(entries, return_dtype=pl.String),
    )


def _opening(name: str, level: str) -> str:
    return f'"{name}": {{"level": {json.dumps(level)}, "weight_bits": '


def _lifted(pairs: pl.DataFrame, agreed: pl.DataFrame, settings: ResolveSettings) -> pl.DataFrame:
    """The pairs with those agreed on in their place: weight, reason, evidence that adds up."""
    known = pairs.select(
        *_PAIR,
        "evidence",
        "rule_count",
        former_kind="kind",
        former="match_weight",
        # What a rule lifted before still weighs by the model what it weighed.
        model_bits=pl.when(pl.col("always").is_null()).then("match_weight").otherwise("model_bits"),
    )
    is_declared = pl.col("former_kind").eq_missing("declared") & (pl.col("kind") != "ruled")
    lifted = (
        agreed.join(known, on=_PAIR, how="left")
        .filter(pl.col("always").is_not_null() | ~is_declared)
        .with_columns(
            kind=pl.when(is_declared).then(pl.lit("declared")).otherwise("kind"),
            rule_count=pl.col("rule_count").fill_null(0),
        )
    )
    bits, former = pl.lit(settings.declared_weight_bits), pl.col("former")
    added = pl.max_horizontal(bits, former) - former.fill_null(0.0)
    entry = pl.concat_str("entry", added.round(2), pl.lit("}"))
    inner = pl.col("evidence").str.slice(1, pl.col("evidence").str.len_chars() - 2)
    weighed = lifted.with_columns(
        match_weight=pl.max_horizontal(bits, former),
        evidence=pl.concat_str(
            pl.lit("{"), pl.concat_str(inner, entry, separator=", ", ignore_nulls=True), pl.lit("}")
        ),
    ).with_columns(match_probability=1.0 / (1.0 + 2.0 ** -pl.col("match_weight")))
    others = pairs.join(weighed, on=_PAIR, how="anti")
    return pl.concat([others, weighed.select(pairs.columns)]).sort(_PAIR)
