"""A comparison: what of two records is compared, and in which levels it comes out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Level:
    """One outcome of a comparison; ``condition`` is SQL over columns ``_l`` and ``_r``.

    ``is_term`` levels weigh more the rarer the value is (term frequency). ``is_found`` levels of
    an identifier are those of which blocking finds every pair.
    """

    name: str
    condition: str
    match: float
    random: float
    household: float
    is_term: bool = False
    is_found: bool = False


@dataclass(frozen=True)
class Comparison:
    """Levels in the order in which they are tried; the last takes whatever is left.

    ``is_shared`` fields are those that a household shares. ``is_identifier`` fields hold values
    so rare among strangers that random pairs never show one: see model.py. ``column`` is the
    feature of an attribute of the project's own, None for the fields that every project has.
    ``shipped_worth`` is what the shipped shares are worth beside the records: 1 is the experience
    with contact data, less is less. ``is_learned`` false keeps the shipped shares of matches:
    where the pairs that a field is to part agree in all else, the data only teach the mistake.
    """

    name: str
    null: str
    levels: tuple[Level, ...]
    term: str | None = None
    is_shared: bool = False
    is_identifier: bool = False
    column: str | None = None
    shipped_worth: float = 1.0
    is_learned: bool = True

    @property
    def level_names(self) -> tuple[str, ...]:
        """Names of the levels by Splink's gamma: the last level is 0."""
        return tuple(level.name for level in reversed(self.levels))
