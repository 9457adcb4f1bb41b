"""Plain text: spaces and forms of letters made one, case kept."""

from __future__ import annotations

import re
import unicodedata

from cdp.quality.normalise.junk import is_digest, is_junk

_SPACE = re.compile(r"\s+")
_INVISIBLE = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]"
)


def visible(text: str) -> str:
    """The text without marks that nobody sees: of order, of width, of nothing."""
    return _INVISIBLE.sub("", text)


# UTF-8 read as Latin-1 or cp1252: the first byte of two or three, then those that carry on.
_MISREAD = re.compile(
    "[\u00c2-\u00f4][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc"
    "\u2013\u2014\u2018-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122]"
)


def mended(text: str) -> str:
    """The text with its letters back where its UTF-8 was read as Latin-1 or cp1252.

    Only a text that is whole UTF-8 once its bytes are restored is touched: no name is.

    >>> mended("JosÃ©"), mended("Rados\u00c5\u0082aw"), mended("Ã‰lise"), mended("Ângela")
    ('José', 'Radosław', 'Élise', 'Ângela')
    """
    if not _MISREAD.search(text):
        return text
    for misread_as in ("cp1252", "latin-1"):
        try:
            return text.encode(misread_as).decode("utf-8")
        except UnicodeError:
            continue
    return text


def collapsed(text: str, around: str = "") -> str:
    """One form per letter, one space between words, no quotes (nor ``around``) at the ends."""
    plain = unicodedata.normalize("NFC", visible(mended(text)))
    return _SPACE.sub(" ", plain).strip(" '\"`" + around)


def normalise_text(text: str) -> str | None:
    """A free text, or nothing when it means nothing.

    >>> normalise_text("  Acme   Corp "), normalise_text("n/a")
    ('Acme Corp', None)
    """
    plain = collapsed(text)
    return None if is_junk(plain) or is_digest(plain) else plain


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
