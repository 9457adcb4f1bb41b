"""Sex, where a source states it."""

from __future__ import annotations

_FEMALE = frozenset(["f", "female", "w", "woman", "weiblich", "femme", "mujer"])
_MALE = frozenset(["m", "male", "man", "männlich", "homme", "hombre"])


def normalise_sex(text: str) -> str | None:
    """F or M; nothing for any other word.

    >>> normalise_sex("Female"), normalise_sex("m"), normalise_sex("prefer not to say")
    ('F', 'M', None)
    """
    plain = text.strip().casefold()
    return "F" if plain in _FEMALE else "M" if plain in _MALE else None
