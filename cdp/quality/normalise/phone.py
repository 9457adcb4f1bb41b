"""Telephone numbers, by the phonenumbers library."""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

from cdp.quality.normalise.junk import is_junk

_PREFIX = re.compile(r"^(?:p:|tel:|')+", re.IGNORECASE)
_FLOAT = re.compile(r"^(\+?\d+)\.0$")
_UP, _DOWN = "0123456789" * 2, "9876543210" * 2
_EXTENSION = re.compile(r"\s*(?:x|ext\.?|extension|#)\s*\d+$", re.IGNORECASE)
_BREAKS = re.compile(r"[;,|\uff1b\uff0c\u3001\r\n\t]")
_SLASH = re.compile(r"/")
_FEWEST_DIGITS = 7


def normalise_phone(text: str, region: str) -> str | None:
    """A number in E.164, read in a region when it names no country; nothing when it is none.

    A number of the right length for its country will do: number plans grow faster than tables
    of them. Extensions go: they lead to a desk, not to a person's line.

    >>> normalise_phone("(650) 555-0101 x12", "US"), normalise_phone("0000000000", "US")
    ('+16505550101', None)
    """
    plain = _FLOAT.sub(r"\1", _PREFIX.sub("", text.strip()).strip())
    plain = _EXTENSION.sub("", plain)
    if is_junk(plain) or _is_filler(re.sub(r"\D", "", plain)):
        return None
    try:
        number = phonenumbers.parse(plain, region)
    except NumberParseException:
        return None
    # Without its area code a number is somebody else's in the next town.
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return None
    formatted = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    digits = formatted.removeprefix("+")
    if len(digits) < 7 or _is_filler(digits) or _is_filler(str(number.national_number)):
        return None
    return formatted


def phones_in(text: str, region: str) -> tuple[str, ...]:
    """Every number that one cell holds, each once, in their order; none when it holds none.

    A piece too short for a number is the end of the one before it, or an extension: then the cell
    is not several numbers, and is read as a whole. A slash stands within numbers, too.

    >>> phones_in("(650) 555-0101 x12; 650-555-0102", "US")
    ('+16505550101', '+16505550102')
    >>> phones_in("650-555-0101 / 0102", "US"), phones_in("020/7946 0123", "GB")
    ((), ('+442079460123',))
    """
    found: list[str] = []
    for piece in _pieces(_BREAKS, text):
        whole = normalise_phone(piece, region)
        parts = [whole] if whole else [normalise_phone(p, region) for p in _pieces(_SLASH, piece)]
        found += filter(None, parts)
    return tuple(dict.fromkeys(found))


def _pieces(breaks: re.Pattern[str], text: str) -> list[str]:
    """A cell between its breaks, without what means nothing; whole where a piece is no number."""
    if not breaks.search(text):
        return [text]
    pieces = [piece for piece in breaks.split(text) if not is_junk(piece)]
    long_enough = all(len(re.sub(r"\D", "", piece)) >= _FEWEST_DIGITS for piece in pieces)
    return pieces if long_enough else [text]


def _is_filler(digits: str) -> bool:
    """One digit all through, or a run up or down the keypad."""
    last = digits[-10:]
    return len(set(digits[-9:])) <= 1 or last in _UP or last in _DOWN or last == "1234567891"
