"""The model's shares, estimated from the records without labels.

The shipped shares of the levels are where the estimate starts and what few pairs cannot overrule.
From the records come, without labels (see docs/method.md):

- the shares of *match* and *household* pairs in each level, from the pairs that each blocking rule
  found, the rule's own fields left out: of pairs that agree in an email, how many agree in the
  first name says something about matches; how many agree in the email does not;
- the shares of *random* pairs in each level, from pairs drawn by chance, freed of those that are
  in truth one person;
- how many of all pairs between two sources are matches and how many households: a list without
  duplicates, or two shops with the same customers, are told by their pairs.

Each round weighs every agreement pattern by the chance of its being of a kind under the former
round's model. Patterns are counted, so the cost hangs on distinct patterns, not on pairs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cdp.resolve.comparison import Comparison
from cdp.resolve.model import LEAST, MOST, Integers, Model, Numbers, Patterns, settled

_ROUNDS = 4
_STEPS = 15
_PRIOR_STEPS = 8
_LEVEL_SAYS = 300.0
"""Pairs that the shipped share of a level is worth among matches or households."""
_SAMPLE_SAYS = 2_000.0
"""The same among the pairs drawn by chance."""
_RARE_SAYS = 1e6
"""The same for an identifier, whose share among random pairs is far below one in a sample."""
_RULE_SAYS = 20_000.0
"""Expected pairs of a kind after which a blocking rule says no more."""
_SOURCES_SAY = 10.0
"""Pairs of a kind that the share over all sources is worth between two of them."""
_RULE_SOURCES_SAY = 20.0
_SHIPPED_SAYS = 0.05
"""Part of the shipped share of a kind that is there whatever the pairs say."""
_LEAST_ERRORS = 0.02
"""No field is so well kept that two records of one person never differ in it."""


@dataclass(frozen=True)
class Evidence:
    """What the model learns from.

    ``rules`` has for each blocking rule the comparisons that it reads, the patterns that it found
    (positions in ``candidates``) and their pairs. ``all_pairs`` counts all pairs there are, found
    or not, per pair of sources.
    """

    candidates: Patterns
    rules: Sequence[tuple[frozenset[str], Integers, Numbers]]
    drawn: Patterns
    sources: tuple[str, ...]
    all_pairs: Numbers


def estimate(shipped: Model, comparisons: Sequence[Comparison], evidence: Evidence) -> Model:
    """Fit the model; with few pairs it stays near the shipped one."""
    model = shipped
    if not evidence.candidates.pairs.size or not evidence.drawn.pairs.size:
        return model
    for _ in range(_ROUNDS):
        for _ in range(_PRIOR_STEPS):
            model = _with_random_and_priors(model, shipped, comparisons, evidence)
        model = _with_matches_and_households(model, shipped, comparisons, evidence)
    for _ in range(_PRIOR_STEPS):
        model = _with_random_and_priors(model, shipped, comparisons, evidence)
    return model


def _chances(
    model: Model, comparisons: Sequence[Comparison], gammas: Integers, priors: Numbers
) -> Numbers:
    """Chance of match, household, random per pattern; ``priors`` has a row per pattern."""
    logs = np.log(priors)
    for column, kind in enumerate((model.match, model.household, model.random)):
        for i, comparison in enumerate(comparisons):
            # The entry appended last is where gamma -1, nothing stated, points.
            logs[:, column] += np.append(np.log(kind[comparison.name]), 0.0)[gammas[:, i]]
    odds = np.exp(logs - logs.max(axis=1, keepdims=True))
    chances: Numbers = odds / odds.sum(axis=1, keepdims=True)
    return chances


def _whole(model: Model, comparisons: Sequence[Comparison], patterns: Patterns) -> Numbers:
    """The same with all that a pattern says, its sources included."""
    match, household = model.match_share[patterns.sources], model.household_share[patterns.sources]
    priors = np.column_stack((match, household, 1.0 - match - household))
    return _chances(model, comparisons, patterns.gammas, priors)


def _with_random_and_priors(
    model: Model, shipped: Model, comparisons: Sequence[Comparison], evidence: Evidence
) -> Model:
    expected = _whole(model, comparisons, evidence.candidates) * evidence.candidates.pairs[:, None]
    drawn = _whole(model, comparisons, evidence.drawn)[:, 2] * evidence.drawn.pairs
    personal = [i for i, c in enumerate(comparisons) if not c.is_shared]
    random = {
        c.name: _random_shares(c, i, personal, shipped, evidence, expected[:, 2], drawn)
        for i, c in enumerate(comparisons)
    }
    match, match_total = _priors(expected[:, 0], shipped.match_total, evidence)
    household, household_total = _priors(expected[:, 1], shipped.household_total, evidence)
    return replace(
        model,
        random=random,
        match_share=match,
        household_share=household,
        match_total=match_total,
        household_total=household_total,
    )


def _priors(expected: Numbers, shipped: float, evidence: Evidence) -> tuple[Numbers, float]:
    """Share of a kind among the pairs of each two sources, and among all pairs.

    Few records never prove that there is none of a kind.
    """
    counted = expected.sum() / max(evidence.all_pairs.sum(), 1.0)
    total = float(np.clip(counted + _SHIPPED_SAYS * shipped, LEAST, MOST))
    found = np.bincount(evidence.candidates.sources, expected, minlength=len(evidence.sources))
    ratio = (found + _SOURCES_SAY) / (total * evidence.all_pairs + _SOURCES_SAY)
    shares: Numbers = np.clip(total * ratio, LEAST / 1e3, MOST)
    return shares, total


def _with_matches_and_households(
    model: Model, shipped: Model, comparisons: Sequence[Comparison], evidence: Evidence
) -> Model:
    whole = _whole(model, comparisons, evidence.candidates)
    learners = [_Learner.of(rule, whole, comparisons, evidence) for rule in evidence.rules]
    for _ in range(_STEPS):
        counts = {c.name: np.zeros((2, len(c.levels))) for c in comparisons}
        for learner in learners:
            learner.count(model, comparisons, counts)
        match, household = dict(model.match), dict(model.household)
        for c in comparisons:
            if c.is_learned:
                match[c.name] = _with_errors(_learned(c, counts[c.name][0], shipped.match[c.name]))
            # In the fields of the person a household is as strangers are, but for its twins.
            household[c.name] = (
                _learned(c, counts[c.name][1], shipped.household[c.name])
                if c.is_shared
                else settled(
                    model.random[c.name] * shipped.household[c.name] / shipped.random[c.name]
                )
            )
        model = replace(model, match=match, household=household)
    return model


@dataclass(frozen=True)
class _Learner:
    """One blocking rule: its patterns without the fields it reads, and what kinds it finds."""

    gammas: Integers
    pairs: Numbers
    priors: Numbers

    @staticmethod
    def of(
        rule: tuple[frozenset[str], Integers, Numbers],
        whole: Numbers,
        comparisons: Sequence[Comparison],
        evidence: Evidence,
    ) -> _Learner:
        reads, positions, pairs = rule
        gammas = evidence.candidates.gammas[positions].copy()
        gammas[:, [i for i, c in enumerate(comparisons) if c.name in reads]] = -1
        sources, count = evidence.candidates.sources[positions], len(evidence.sources)
        found = whole[positions] * pairs[:, None]
        per_sources = np.stack([np.bincount(sources, kind, minlength=count) for kind in found.T], 1)
        mean = (per_sources.sum(axis=0) + 1.0) / (per_sources.sum() + 3.0)
        smooth = per_sources + _RULE_SOURCES_SAY * mean
        priors = smooth / smooth.sum(axis=1, keepdims=True)
        return _Learner(gammas, pairs, priors[sources])

    def count(
        self, model: Model, comparisons: Sequence[Comparison], counts: Mapping[str, Numbers]
    ) -> None:
        """Add the levels of the expected matches and households to ``counts``.

        Pairs count by the square of their chance: many that are hardly of a kind must not
        outweigh the few that surely are.
        """
        chances = _chances(model, comparisons, self.gammas, self.priors)[:, :2]
        weights = chances**2 * self.pairs[:, None]
        weights *= np.minimum(1.0, _RULE_SAYS / np.maximum(weights.sum(axis=0), 1.0))
        for i, c in enumerate(comparisons):
            gammas = self.gammas[:, i]
            stated = gammas >= 0
            for kind in (0, 1):
                counts[c.name][kind] += np.bincount(
                    gammas[stated], weights[stated, kind], minlength=len(c.levels)
                )


def _learned(comparison: Comparison, counts: Numbers, shipped: Numbers) -> Numbers:
    says = _LEVEL_SAYS * comparison.shipped_worth
    return settled((counts + says * shipped) / (counts.sum() + says))


def _with_errors(shares: Numbers) -> Numbers:
    """At least some matches differ: a share that only sure pairs taught is too proud."""
    if shares[0] >= _LEAST_ERRORS:
        return shares
    humbled: Numbers = shares * (1.0 - _LEAST_ERRORS) / (1.0 - shares[0])
    humbled[0] = _LEAST_ERRORS
    return humbled


def _random_shares(
    comparison: Comparison,
    column: int,
    personal: Sequence[int],
    shipped: Model,
    evidence: Evidence,
    expected: Numbers,
    drawn: Numbers,
) -> Numbers:
    """Shares of the levels among random pairs, between the shipped ones and those observed.

    An identifier that strangers share is too rare for a sample; but blocking finds all pairs
    that share one, so they are counted there and divided by all pairs there are. Only pairs that
    state something else of the person count: two records with nothing but a device in common
    cannot say how often strangers share one.
    """
    base = shipped.random[comparison.name]
    counts = _counted(evidence.drawn.gammas[:, column], drawn, len(base))
    if not comparison.is_identifier:
        says = _SAMPLE_SAYS * comparison.shipped_worth
        return settled((counts + says * base) / (counts.sum() + says))
    others = [i for i in personal if i != column]
    drawn = drawn * (evidence.drawn.gammas[:, others] >= 0).any(axis=1)
    expected = expected * (evidence.candidates.gammas[:, others] >= 0).any(axis=1)
    whole = evidence.drawn.pairs.sum()
    counts = _counted(evidence.drawn.gammas[:, column], drawn, len(base))
    stated = evidence.all_pairs.sum() * counts.sum() / max(whole, 1.0)
    found = _counted(evidence.candidates.gammas[:, column], expected, len(base))
    shares = (found + _RARE_SAYS * base) / (stated + _RARE_SAYS)
    sampled = (counts + _RARE_SAYS * base) / (counts.sum() + _RARE_SAYS)
    is_found = np.array([level.is_found for level in reversed(comparison.levels)])
    shares = np.where(is_found, shares, np.maximum(shares, sampled))
    shares[0] = 0.0
    shares[0] = 1.0 - shares.sum()
    return settled(shares)


def _counted(gammas: Integers, weights: Numbers, levels: int) -> Numbers:
    stated = gammas >= 0
    counted: Numbers = np.bincount(gammas[stated], weights[stated], levels).astype(np.float64)
    return counted
