"""Plain text: spaces and forms of letters made one, case kept."""

from __future__ import annotations

import re
import unicodedata

from cdp.quality.normalise.junk import is_junk

_SPACE = re.compile(r"\s+")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff\x00-\x08\x0e-\x1f]")


def visible(text: str) -> str:
    """The text without marks that nobody sees: of order, of width, of nothing."""
    return _INVISIBLE.sub("", text)


def collapsed(text: str, around: str = "") -> str:
    """One form per letter, one space between words, no quotes (nor ``around``) at the ends."""
    plain = unicodedata.normalize("NFC", visible(text))
    return _SPACE.sub(" ", plain).strip(" '\"`" + around)


def normalise_text(text: str) -> str | None:
    """A free text, or nothing when it means nothing.

    >>> normalise_text("  Acme   Corp "), normalise_text("n/a")
    ('Acme Corp', None)
    """
    plain = collapsed(text)
    return None if is_junk(plain) else plain


def normalise_language(text: str) -> str | None:
    """A language as its source writes it; "no" is Norwegian here, and no refusal.

    >>> normalise_language("no"), normalise_language("unknown")
    ('no', None)
    """
    plain = collapsed(text)
    return plain if plain.casefold() == "no" else normalise_text(plain)


def normalise_device(text: str) -> str | None:
    """A cookie or device id: as it is, unless it means nothing (zeros, dashes, a filler word)."""
    plain = collapsed(text)
    if is_junk(plain) or not re.search(r"[^\W0_]", plain) or len(plain) > 200:
        return None
    return plain
