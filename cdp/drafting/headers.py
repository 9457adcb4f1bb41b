"""How well a header fits the words of a role."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache

EXACT, OF_LEAF, QUALIFIED, ENDING, WITHIN = 1.0, 0.95, 0.9, 0.7, 0.5
"""How much a header says, by how it fits: whole, by the last part of its path, apart from
qualifiers, at its end, anywhere in it; a header that fits nowhere says 0."""

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-rt-z])")
_DOT = re.compile(r"\.(?=[\w$@])")
_NUMBER = re.compile(r"(?<=\w{3})(?=(?:nummer|number|nr|kennung)\b)")
_SIGNS = re.compile(r"[^a-z0-9#]+")
_SHARP = str.maketrans({"\u00df": "ss", "\u00f8": "o", "\u00e6": "ae", "\u0142": "l"})


@lru_cache(maxsize=20_000)
def plain(header: str) -> str:
    """A header as words: lower case, no accents, no signs, camelCase parted.

    >>> plain("E-Mail-Adresse"), plain("traits.firstName"), plain("Prénom")
    ('email adresse', 'traits first name', 'prenom')
    >>> plain("Bestellnummer"), plain("Kundennr.")
    ('bestell nummer', 'kunden nr')
    """
    parted = _CAMEL.sub(" ", header)
    letters = unicodedata.normalize("NFKD", parted.casefold().translate(_SHARP))
    text = "".join(letter for letter in letters if not unicodedata.combining(letter))
    words = " ".join(_SIGNS.sub(" ", text).split())
    words = re.sub(r"\be mail", "email", words)
    return _NUMBER.sub(" ", words)


def leaf_of(header: str) -> str:
    """The last part of a path of dots, as it stands; a dot of an abbreviation parts nothing.

    >>> leaf_of("traits.email"), leaf_of("Kd.-Nr."), leaf_of("Tel. privat")
    ('email', 'Kd.-Nr.', 'Tel. privat')
    """
    return _DOT.split(header)[-1]


def has_words(header: str, words: Collection[str]) -> bool:
    """Whether any of some words, or runs of words, stands in a header that is `plain`."""
    padded = f" {header} "
    return any(f" {word} " in padded for word in words)


def fit(
    header: str,
    *,
    headers: Collection[str],
    alone: Collection[str] = (),
    qualifiers: Collection[str] = (),
) -> float:
    """How well a header fits: one of the degrees above, else 0.

    >>> fit("Billing Phone", headers=["phone"], qualifiers=["billing"])
    0.9
    >>> fit("page title", headers=[], alone=["title"]), fit("title", headers=[], alone=["title"])
    (0, 1.0)
    """
    words = plain(header)
    if words in headers or words in alone:
        return EXACT
    leaf = plain(leaf_of(header))
    is_known = leaf in headers or leaf in alone
    if is_known and all(part in qualifiers for part in _between(words, leaf)):
        return OF_LEAF
    bare = _bare(words, qualifiers)
    if bare in headers or bare in alone:
        return QUALIFIED
    if any(words.endswith(f" {one}") for one in headers):
        return ENDING
    return WITHIN if has_words(words, headers) else 0


def _between(words: str, leaf: str) -> list[str]:
    return words.removesuffix(leaf).split()


def _bare(words: str, qualifiers: Collection[str]) -> str:
    """A header without the qualifiers at its start and at its end."""
    parts = words.split()
    while len(parts) > 1 and parts[0] in qualifiers:
        parts = parts[1:]
    while len(parts) > 1 and parts[-1] in qualifiers:
        parts = parts[:-1]
    return " ".join(parts)
