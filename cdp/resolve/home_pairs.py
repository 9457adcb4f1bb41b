"""Pairs of records that are, by the model's household class, two people of one home."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from cdp.engine import DuckDBEngine, load
from cdp.resolve.comparisons import COMPANY, COMPARISONS
from cdp.resolve.model import Model
from cdp.resolve.scoring import score
from cdp.tables import CONTRACTS

_SQL = Path(__file__).parent / "sql" / "home_pairs.sql"
_CONTRACT = CONTRACTS["identity.household_pairs"]
_AT_HOME = tuple(c for c in COMPARISONS if c is not COMPANY)
"""Colleagues share an employer, not a home: here it counts neither for nor against.

Nor does an attribute of the project's own, which may be the like."""


def score_homes(scratch: DuckDBEngine, model: Model, *, min_bits: float) -> pl.DataFrame:
    """``identity.household_pairs`` from the work tables of blocking.

    They are kept apart from the scored pairs, whose every row the guards weigh: a couple that is
    hardly one person must not count in who is one customer.
    """
    scratch.connection.sql(load(_SQL).sql).create("work.home_pairs")
    scored = score(
        scratch, model, _AT_HOME, min_weight_bits=None, candidates="work.home_pairs"
    ).with_columns(household_weight=_household_weight().round(4))
    likely = scored.filter(pl.col("household_weight") >= min_bits)
    return likely.select(_CONTRACT.column_names).sort(_CONTRACT.key)


def _household_weight() -> pl.Expr:
    """Household against match or random, in bits, from the two weights that scoring tells.

    Scoring has told log2(match / (1 + household)) and -log2(1 + household), both odds against
    random pairs; asked for is log2(household / (1 + match)).
    """
    household_bits = pl.col("household_bits")
    household = 2.0**-household_bits - 1.0
    match = 2.0 ** (pl.col("match_weight") - household_bits)
    return household.log(2.0) - (1.0 + match).log(2.0)
