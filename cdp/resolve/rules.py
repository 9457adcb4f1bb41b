"""Deterministic rules: agreements that link by themselves when nothing contradicts them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from cdp.resolve.comparisons import COMPARISONS

_LEVELS = {c.name: c.level_names for c in COMPARISONS}
_SAME_NAME = ("same", "short form")
_SHARED = ("same, of one person", "same, of several people")
_NOT_STATED = ("not stated",)

CONTRADICTIONS = ("given_name", "middle_name", "birth_date", "sex", "suffix")
"""Fields of a person: a `different` in one of them keeps every rule from linking."""


@dataclass(frozen=True)
class Rule:
    """Comparisons and the levels that each must be in; all of them hold, or the rule does not."""

    name: str
    levels: Mapping[str, tuple[str, ...]]


RULES: tuple[Rule, ...] = (
    Rule("same email and first name", {"email": _SHARED, "given_name": _SAME_NAME}),
    Rule(
        "same phone and full name",
        {"phone": _SHARED, "given_name": _SAME_NAME, "surname": ("same",)},
    ),
    Rule(
        "same device and full name",
        {"device": _SHARED, "given_name": _SAME_NAME, "surname": ("same",)},
    ),
    Rule("same handle", {"handle": ("same",)}),
    Rule(
        "same device, known to one person only",
        {"device": _SHARED[:1], "given_name": _NOT_STATED, "email": _NOT_STATED},
    ),
)
"""In order of precedence: the first that holds gives the reason."""


def is_level(comparison: str, names: tuple[str, ...]) -> pl.Expr:
    """Whether a pair's ``gamma_*`` is one of the named levels."""
    levels = _LEVELS[comparison]
    gammas = [-1 if name == "not stated" else levels.index(name) for name in names]
    return pl.col(f"gamma_{comparison}").is_in(gammas)


def rule_of() -> pl.Expr:
    """The first rule that links a pair with columns ``gamma_*``; null when none does."""
    contradicted = pl.any_horizontal(is_level(name, ("different",)) for name in CONTRADICTIONS)
    chosen = pl.lit(None, pl.String)
    for rule in reversed(RULES):
        holds = pl.all_horizontal(is_level(name, levels) for name, levels in rule.levels.items())
        chosen = pl.when(holds & ~contradicted).then(pl.lit(rule.name)).otherwise(chosen)
    return chosen
