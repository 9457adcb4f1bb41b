"""The model of match, household and random pairs: its shares, and how they are estimated.

Match and household shares of the levels are the shipped defaults. From the records come the
shares of random pairs (u), and how many of all pairs are matches and how many households. The
estimate is self-consistent: each round weighs every agreement pattern by the chance of its being
of that kind under the former round's model, so that random pairs that are in truth one person,
most of those with the same email, do not make the email look common.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from cdp.resolve.comparisons import COMPARISONS, Comparison

Shares = Mapping[str, npt.NDArray[np.float64]]
"""Comparison to shares by gamma: 0 is the last level."""

_ROUNDS = 8
_SAMPLE_SAYS = 2_000.0
"""Random pairs that the shipped share of a level is worth against the pairs drawn."""
_ALL_SAYS = 1e6
"""The same for an identifier, whose share is taken among all pairs there are."""
_SHIPPED_SAYS = 0.05
"""Part of the shipped share of a kind that is there whatever the pairs say."""
_LEAST, _MOST = 1e-9, 0.05


@dataclass(frozen=True)
class Model:
    """Shares of the levels per kind of pair, and shares of the kinds among all pairs."""

    match: Shares
    random: Shares
    household: Shares
    match_share: float
    household_share: float

    @property
    def prior_bits(self) -> float:
        """The weight of a pair of which nothing is known."""
        return float(np.log2(self.match_share / (1.0 - self.match_share)))


@dataclass(frozen=True)
class Patterns:
    """Distinct agreement patterns and how many pairs show each.

    ``gammas`` has one row per pattern and one column per comparison; -1 where a side states
    nothing.
    """

    gammas: npt.NDArray[np.int64]
    pairs: npt.NDArray[np.float64]


def shipped_model(record_count: int) -> Model:
    """The default model: one match and one household pair per two records.

    >>> shipped_model(1001).match_share
    0.001
    """
    share = float(np.clip(1.0 / max(record_count - 1, 1), _LEAST, _MOST))

    def by_gamma(kind: str) -> Shares:
        return {
            c.name: np.array([getattr(level, kind) for level in reversed(c.levels)])
            for c in COMPARISONS
        }

    return Model(by_gamma("match"), by_gamma("random"), by_gamma("household"), share, share)


def estimate(shipped: Model, *, candidates: Patterns, drawn: Patterns, record_count: int) -> Model:
    """Fit the shares of kinds and the random shares of levels.

    Args:
        shipped: Where to start, and what few pairs cannot overrule.
        candidates: Patterns of the pairs that blocking found.
        drawn: Patterns of pairs drawn by chance.
        record_count: Records; all pairs there are follow from it.
    """
    all_pairs = max(record_count * (record_count - 1) / 2, 1.0)
    model = shipped
    for _ in range(_ROUNDS if candidates.pairs.size and drawn.pairs.size else 0):
        match, household, chance = _expected(model, candidates)
        _, _, drawn_chance = _expected(model, drawn)
        random = {
            c.name: _random_shares(
                c, i, shipped, (candidates.gammas, chance), (drawn.gammas, drawn_chance), all_pairs
            )
            for i, c in enumerate(COMPARISONS)
        }
        model = replace(
            model,
            random=random,
            match_share=_share(match, all_pairs, shipped.match_share),
            household_share=_share(household, all_pairs, shipped.household_share),
        )
    return model


def _share(expected: npt.NDArray[np.float64], all_pairs: float, shipped: float) -> float:
    """Share of a kind among all pairs; few records never prove that there is none of a kind."""
    counted = expected.sum() / all_pairs
    return float(np.clip(counted + _SHIPPED_SAYS * shipped, _LEAST, _MOST))


def _expected(model: Model, patterns: Patterns) -> tuple[npt.NDArray[np.float64], ...]:
    """How many pairs of each pattern are matches, households, random."""
    logs = []
    shares = (model.match, model.household, model.random)
    rest = 1.0 - model.match_share - model.household_share
    for kind, share in zip(shares, (model.match_share, model.household_share, rest), strict=True):
        total = np.full(len(patterns.pairs), np.log(share))
        for i, comparison in enumerate(COMPARISONS):
            # The entry appended last is where gamma -1, nothing stated, points.
            total += np.append(np.log(kind[comparison.name]), 0.0)[patterns.gammas[:, i]]
        logs.append(total)
    stacked = np.stack(logs)
    odds = np.exp(stacked - stacked.max(axis=0))
    expected = odds / odds.sum(axis=0) * patterns.pairs
    return expected[0], expected[1], expected[2]


def _random_shares(
    comparison: Comparison,
    column: int,
    shipped: Model,
    candidates: tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]],
    drawn: tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]],
    all_pairs: float,
) -> npt.NDArray[np.float64]:
    """Shares of the levels among random pairs, between the shipped ones and those observed.

    An identifier that strangers share is too rare for a sample; but blocking finds all pairs
    that share one, so they are counted there and divided by all pairs there are.
    """
    base = shipped.random[comparison.name]
    levels = len(base)
    gammas, weights = drawn[0][:, column], drawn[1]
    counts = np.bincount(gammas[gammas >= 0], weights[gammas >= 0], minlength=levels)
    if not comparison.is_identifier:
        return _settled((counts + _SAMPLE_SAYS * base) / (counts.sum() + _SAMPLE_SAYS))
    stated = all_pairs * counts.sum() / max(weights.sum(), 1.0)
    gammas, weights = candidates[0][:, column], candidates[1]
    found = np.bincount(gammas[gammas >= 0], weights[gammas >= 0], minlength=levels)
    shares = (found + _ALL_SAYS * base) / (stated + _ALL_SAYS)
    shares[0] = 0.0
    shares[0] = 1.0 - shares.sum()
    return _settled(shares)


def _settled(shares: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    bounded = np.clip(shares, _LEAST, 1.0)
    settled: npt.NDArray[np.float64] = bounded / bounded.sum()
    return settled


def bits(over: Sequence[float], under: Sequence[float]) -> tuple[float, ...]:
    """Weights of the levels: log2 of one kind's share over another's.

    >>> bits([0.5, 0.5], [0.25, 1.0])
    (1.0, -1.0)
    """
    return tuple(float(np.log2(o / u)) for o, u in zip(over, under, strict=True))
