"""Names of persons."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from cdp.quality.normalise.junk import NAMES, UNNAMED, is_digest, is_junk
from cdp.quality.normalise.text import collapsed

_TITLES = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "miss",
        "mx",
        "dr",
        "prof",
        "professor",
        "sir",
        "madam",
        "herr",
        "frau",
        "mme",
        "mlle",
        "sr",
        "sra",
    ]
)
_SUFFIXES = {
    "jr": "Jr",
    "junior": "Jr",
    "sr": "Sr",
    "senior": "Sr",
    "ii": "II",
    "2nd": "II",
    "iii": "III",
    "3rd": "III",
    "iv": "IV",
    "4th": "IV",
    "v": "V",
}
_DEGREES = frozenset(["phd", "md", "dds", "dvm", "esq", "mba", "cpa", "rn"])
AROUND_NAMES = _TITLES | _DEGREES | frozenset(_SUFFIXES)
"""Words before and after a name that are no part of it."""
_PARTICLES = frozenset(
    [
        "van",
        "von",
        "der",
        "den",
        "de",
        "del",
        "della",
        "di",
        "da",
        "dos",
        "du",
        "la",
        "le",
        "ten",
        "ter",
        "bin",
        "ibn",
        "al",
        "el",
    ]
)
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class PersonName:
    """The parts of a name; null where there is none."""

    given_name: str | None = None
    middle_name: str | None = None
    surname: str | None = None
    title: str | None = None
    suffix: str | None = None


def normalise_given_name(text: str) -> str | None:
    """A first or middle name; nothing when it means nothing.

    >>> normalise_given_name("  MARY-ANN "), normalise_given_name("Guest")
    ('Mary-Ann', None)
    >>> normalise_given_name("Baby girl"), normalise_given_name("lady of the house")
    (None, None)
    """
    plain = collapsed(text)
    return None if UNNAMED.fullmatch(plain) else _named(plain)


def _named(plain: str) -> str | None:
    is_word = "@" not in plain and _LETTER.search(plain)
    if is_junk(plain) or is_digest(plain) or plain.casefold() in NAMES or not is_word:
        return None
    return _cased(plain)


def normalise_surname(text: str) -> str | None:
    """A family name; nothing when it means nothing.

    >>> normalise_surname("o'NEIL"), normalise_surname("MCDONALD"), normalise_surname("van de berg")
    ("o'NEIL", 'McDonald', 'van de Berg')
    """
    return _named(collapsed(text))


def normalise_suffix(text: str) -> str | None:
    """Jr, Sr, II, III, IV or V; degrees are no suffix.

    >>> normalise_suffix("junior."), normalise_suffix("PhD")
    ('Jr', None)
    """
    return _SUFFIXES.get(collapsed(text).casefold().strip(".,"))


def split_full_name(text: str) -> PersonName | None:
    """The parts of a whole name: "Last, First M." or "First M. Last Jr"; nothing for an email.

    A single word is a first name: chats and leads ask for that one.

    >>> split_full_name("Dr. Lee, Ann B. Jr")
    PersonName(given_name='Ann', middle_name='B.', surname='Lee', title='Dr', suffix='Jr')
    """
    plain = collapsed(text)
    if is_junk(plain) or "@" in plain or not _LETTER.search(plain):
        return None
    before, comma, after = plain.partition(",")
    if comma and after.strip() and not _is_tail(after):
        tail = after.replace(",", " ").split()
        suffix = [w for w in tail if normalise_suffix(w)]
        rest = [w for w in tail if w not in suffix]
        title = [w for w in before.split() if _plain(w) in _TITLES]
        family = [w for w in before.split() if w not in title]
        words = (
            [*title, *rest, "\x00".join(family), *suffix] if family else [*title, *rest, *suffix]
        )
    else:
        words = plain.replace(",", " ").split()
    return _parts(words)


def _parts(words: list[str]) -> PersonName | None:
    title = suffix = None
    while len(words) > 1 and _plain(words[0]) in _TITLES:
        title, words = words[0].strip(".").capitalize(), words[1:]
    while len(words) > 1 and (_plain(words[-1]) in _DEGREES or normalise_suffix(words[-1])):
        suffix, words = normalise_suffix(words[-1]) or suffix, words[:-1]
    if not words:
        return None
    given = normalise_given_name(words[0].replace("\x00", " "))
    if len(words) == 1:
        return PersonName(given, None, None, title, suffix) if given else None
    start = len(words) - 1
    while start > 1 and words[start - 1].casefold() in _PARTICLES:
        start -= 1
    surname = normalise_surname(" ".join(words[start:]).replace("\x00", " "))
    middle = normalise_given_name(" ".join(words[1:start])) if start > 1 else None
    if given is None and surname is None:
        return None
    return PersonName(given, middle, surname, title, suffix)


def _is_tail(text: str) -> bool:
    """Whether all that follows a comma are suffixes and degrees."""
    return all(_plain(w) in _DEGREES or normalise_suffix(w) for w in text.replace(",", " ").split())


def _plain(word: str) -> str:
    return word.casefold().strip(".,")


def _cased(name: str) -> str:
    """Case mended only where there is none: all capitals or all small letters."""
    if not (name.isupper() or name.islower()):
        return name
    return unicodedata.normalize("NFC", " ".join(_cased_word(w) for w in name.split(" ")))


def _cased_word(word: str) -> str:
    if word.casefold() in _PARTICLES:
        return word.casefold()
    cased = "".join(part.capitalize() for part in re.split("([-'\u2019])", word))
    if cased.startswith("Mc") and len(cased) > 3:
        cased = "Mc" + cased[2].title() + cased[3:]
    return cased
