"""Rivals: a record cannot be two people, so who else it may be counts against a pair.

Pairs are weighed one by one, as if no other record were there. But where a record fits two others
that are not one person, it is at most one of them: two namesakes in the telephone book halve the
chance of each. The strongest rival takes from the odds of a pair, and no more than what speaks
against its two candidates being one after all (see docs/method.md).

In a source that repeats nobody there is even something to gain: where nobody else there fits, the
person either is this record or is not there at all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

import polars as pl

from cdp.engine import DuckDBEngine, Scalar, load
from cdp.resolve.comparison import Comparison
from cdp.resolve.model import Model

_SQL = Path(__file__).parent / "sql"
_MAX_RIVALS = 10
"""Of all whom a record may be, the strongest that count: more would hardly change the odds."""
_ROUNDS = 3
"""How often pairs with a third record in common are looked for: each round may bring new ones."""
_MAX_AGAINST_BITS = 14.0
"""What may speak against two records at most, as in the guards: a slip is never impossible."""
_MOST_COVERED = 0.9
"""The largest share of people that any source is taken to know."""


def weigh_rivals(
    scratch: DuckDBEngine,
    weighed: pl.DataFrame,
    model: Model,
    comparisons: Sequence[Comparison],
    *,
    repeats: Mapping[str, float],
    score_more: Callable[..., pl.DataFrame],
) -> pl.DataFrame:
    """Add ``rivals_bits`` to weighed pairs, and to their ``match_weight``.

    Args:
        scratch: Holds ``work.features``.
        weighed: Pairs as `scoring.score` returns them.
        model: Weighed them.
        comparisons: Of the model.
        repeats: Sources that repeat nobody, and what speaks against two of their records (bits).
        score_more: Weighs the pairs of a work table; two records that may be the same third one
            need not have been candidates themselves.

    Returns:
        The pairs, and those of two records that may be the same third one, sorted by pair.
    """
    limits: dict[str, Scalar] = {"max_rivals": _MAX_RIVALS}
    pairs = weighed
    _keep(scratch, pairs, comparisons, repeats)
    for _ in range(_ROUNDS):
        scratch.connection.execute("drop table if exists work.third_pairs")
        found = scratch.connection.sql(load(_SQL / "third_pairs.sql").sql, params=limits)
        found.create("work.third_pairs")
        if not scratch.count("work.third_pairs"):
            break
        thirds = score_more(candidates="work.third_pairs")
        if not thirds.height:
            break
        pairs = pl.concat([pairs, thirds]).sort("record_l", "record_r")
        _keep(scratch, pairs, comparisons, repeats)
    limits |= {"max_against": _MAX_AGAINST_BITS}
    taken = scratch.connection.sql(load(_SQL / "rivals.sql").sql, params=limits).pl()["taken"]
    scratch.connection.execute("drop table work.weighed")
    covered = pl.col("sources").replace_strict(
        _covered(model, repeats), default=0.0, return_dtype=pl.Float64
    )
    rivals = pairs.with_columns(rivals_bits=(-(taken - covered).log(2.0)).round(4))
    return rivals.with_columns(
        match_weight=(pl.col("match_weight") + pl.col("rivals_bits")).round(4)
    )


def _keep(
    scratch: DuckDBEngine,
    pairs: pl.DataFrame,
    comparisons: Sequence[Comparison],
    repeats: Mapping[str, float],
) -> None:
    """Make ``work.weighed``: record_l, record_r, match_weight, stated, bits, repeat_bits.

    ``stated`` has a bit for each comparison that both sides state, ``bits`` its weight (0 where
    nothing is stated), ``repeat_bits`` what speaks against two records of a source that repeats
    nobody.
    """
    stated = pl.sum_horizontal(
        (pl.col(f"gamma_{c.name}") >= 0).cast(pl.Int64) * (1 << place)
        for place, c in enumerate(comparisons)
    )
    twice = {f"{source} + {source}": bits for source, bits in repeats.items()}
    told = pairs.select(
        "record_l", "record_r", "match_weight",
        stated=stated,
        bits=pl.concat_list(pl.col(f"bits_{c.name}").fill_null(0.0) for c in comparisons),
        repeat_bits=pl.col("sources").replace_strict(twice, default=0.0, return_dtype=pl.Float64),
    )  # fmt: skip
    scratch.connection.register("told_pairs", told.to_arrow())
    scratch.connection.execute("create or replace table work.weighed as from told_pairs")
    scratch.connection.unregister("told_pairs")


def _covered(model: Model, tidy: Collection[str]) -> dict[str, float]:
    """Two sources to the share of people of one that the other, which repeats nobody, knows.

    With two such sources, the larger share; in any other case nothing is known.
    """
    covered = {}
    for sources, share in zip(model.sources, model.match_share, strict=True):
        one, other = sources.split(" + ")
        known = [float(share) * model.records.get(source, 0) for source in {one, other} & set(tidy)]
        covered[sources] = 0.0 if one == other else min(max(known, default=0.0), _MOST_COVERED)
    return covered
