"""The model of match, household and random pairs: in which levels each kind is, how many there are.

The shipped shares are general experience with contact data; estimation.py fits them to records.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from cdp.resolve.comparison import Comparison

Numbers = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Shares = Mapping[str, Numbers]
"""Comparison to shares by gamma: 0 is the last level."""

TIDY_BITS = -3.0
"""A source repeats nobody when a match of two of its records is rarer than others by this much."""
LEAST, MOST = 1e-9, 0.05
"""Bounds of a share of matches or households among all pairs; no share of a level is less."""


@dataclass(frozen=True)
class Model:
    """Shares of the levels per kind of pair, and shares of the kinds per pair of sources.

    ``match_share`` and ``household_share`` have an entry per pair of sources, in the order of
    ``sources``; ``*_total`` are those over all pairs, and count for sources that the model has not
    seen. ``records`` tells how many of each source it was trained on.
    """

    match: Shares
    random: Shares
    household: Shares
    sources: tuple[str, ...]
    match_share: Numbers
    household_share: Numbers
    match_total: float
    household_total: float
    records: Mapping[str, int] = field(default_factory=dict)

    @property
    def prior_bits(self) -> float:
        """The weight of a pair of which nothing is known, not even its sources."""
        return float(np.log2(self.match_total / (1.0 - self.match_total)))

    @property
    def sources_bits(self) -> Numbers:
        """What the sources of a pair add to the prior, in the order of ``sources``."""
        bits: Numbers = np.log2(self.match_share / self.match_total)
        return bits

    @property
    def repeats(self) -> dict[str, float]:
        """Sources that repeat nobody, and what in each speaks against two records being one."""
        told = zip(self.sources, self.sources_bits.tolist(), strict=True)
        within = {name.split(" + ")[0]: bits for name, bits in told if _is_of_one(name)}
        return {source: bits for source, bits in within.items() if bits < TIDY_BITS}

    def levels(self, comparisons: Sequence[Comparison]) -> pl.DataFrame:
        """``identity.model_levels``."""
        rows = [
            (c.name, gamma, name, *(float(kind[c.name][gamma]) for kind in self._kinds))
            for c in comparisons
            for gamma, name in enumerate(c.level_names)
        ]
        columns = (
            "comparison", "level_number", "level", "match_share", "household_share", "random_share"
        )  # fmt: skip
        weight = (pl.col("match_share") / pl.col("random_share")).log(2.0)
        return pl.DataFrame(rows, schema=columns, orient="row").with_columns(weight_bits=weight)

    @property
    def _kinds(self) -> tuple[Shares, Shares, Shares]:
        return self.match, self.household, self.random

    def by_sources(self) -> pl.DataFrame:
        """``identity.model_sources``."""
        return pl.DataFrame(
            {
                "sources": self.sources,
                "match_share": self.match_share,
                "household_share": self.household_share,
                "weight_bits": self.sources_bits,
                "records": [
                    self.records.get(name.split(" + ")[0]) if _is_of_one(name) else None
                    for name in self.sources
                ],
            },
            schema_overrides={"records": pl.Int64},
        )


@dataclass(frozen=True)
class Patterns:
    """Distinct agreement patterns and how many pairs show each.

    ``gammas`` has a row per pattern and a column per comparison, -1 where a side states nothing;
    ``sources`` is the position of the pattern's pair of sources.
    """

    sources: Integers
    gammas: Integers
    pairs: Numbers


def _is_of_one(sources: str) -> bool:
    one, other = sources.split(" + ")
    return one == other


def shipped_model(
    comparisons: Sequence[Comparison], *, record_count: int, sources: tuple[str, ...] = ()
) -> Model:
    """The default model: one match and one household pair per two records.

    >>> shipped_model((), record_count=1001).match_total
    0.001
    """
    share = float(np.clip(1.0 / max(record_count - 1, 1), LEAST, MOST))

    def by_gamma(kind: str) -> Shares:
        return {
            c.name: settled(np.array([getattr(level, kind) for level in reversed(c.levels)]))
            for c in comparisons
        }

    per_sources = np.full(len(sources), share)
    return Model(
        by_gamma("match"), by_gamma("random"), by_gamma("household"),
        sources, per_sources, per_sources, share, share,
    )  # fmt: skip


def settled(shares: Numbers) -> Numbers:
    """Shares that add up to 1, none of them nothing."""
    bounded = np.clip(shares, LEAST, 1.0)
    whole: Numbers = bounded / bounded.sum()
    return whole
