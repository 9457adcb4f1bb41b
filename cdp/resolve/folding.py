"""The forms in which matching compares texts: no case, no accents, no signs, one spelling."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

import pyarrow as pa

from cdp.engine import SqlFunction
from cdp.resolve.nicknames import name_forms

_CACHE = 1 << 17
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i"}
)
_APOSTROPHES = re.compile("['\u2019\u2018`\u00b4]")
_SIGNS = re.compile(r"[\W_]+")
_STREET_WORDS = {
    "street": "st", "str": "st", "avenue": "ave", "av": "ave", "road": "rd", "drive": "dr",
    "drv": "dr", "lane": "ln", "court": "ct", "crt": "ct", "place": "pl", "plc": "pl",
    "boulevard": "blvd", "circle": "cir", "cres": "cr", "crescent": "cr", "close": "cl",
    "terrace": "ter", "tce": "ter", "parkway": "pkwy", "highway": "hwy", "square": "sq",
    "trail": "trl", "circuit": "cct", "north": "n", "south": "s", "east": "e", "west": "w",
    "northeast": "ne", "northwest": "nw", "southeast": "se", "southwest": "sw", "saint": "st",
    "mount": "mt", "po": "po", "pob": "po box", "postbox": "po box",
}  # fmt: skip
_LEGAL_FORMS = frozenset(
    [
        "inc",
        "incorporated",
        "llc",
        "ltd",
        "limited",
        "corp",
        "corporation",
        "co",
        "company",
        "plc",
        "gmbh",
        "ag",
        "sa",
        "sas",
        "sarl",
        "srl",
        "spa",
        "bv",
        "nv",
        "ab",
        "oy",
        "pty",
        "the",
    ]
)
_VOWELS = frozenset("aeiouyh")
_GMAIL = frozenset({"gmail.com", "googlemail.com"})


def fold_text(text: str) -> str | None:
    """Lower case, no accents, signs as one blank; null when nothing is left.

    >>> fold_text("  Jean-Luc O'Brien "), fold_text("Łukasz Müller"), fold_text("--")
    ('jean luc obrien', 'lukasz muller', None)
    """
    plain = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text).casefold())
    letters = "".join(c for c in plain if not unicodedata.combining(c)).translate(_LETTERS)
    return _SIGNS.sub(" ", letters).strip() or None


def fold_street(text: str) -> str | None:
    """A street folded, with one spelling for the usual words.

    >>> fold_street("12 North Main Street."), fold_street("12 n. main st")
    ('12 n main st', '12 n main st')
    """
    folded = fold_text(text)
    if folded is None:
        return None
    return " ".join(_STREET_WORDS.get(word, word) for word in folded.split())


def fold_company(text: str) -> str | None:
    """A company folded, without its legal form.

    >>> fold_company("The Acme Co., Inc."), fold_company("Limited")
    ('acme', 'limited')
    """
    folded = fold_text(text)
    if folded is None:
        return None
    return " ".join(w for w in folded.split() if w not in _LEGAL_FORMS) or folded


def mailbox(email: str) -> str | None:
    """The mailbox that an address is delivered to: no sub-address, for Gmail no dots.

    >>> mailbox("J.Doe+news@googlemail.com"), mailbox("j.doe+a@example.com")
    ('jdoe@gmail.com', 'j.doe@example.com')
    """
    local, _, domain = email.strip().casefold().rpartition("@")
    bare = local.partition("+")[0] or local
    if domain in _GMAIL:
        bare, domain = bare.replace(".", "") or bare, "gmail.com"
    return f"{bare}@{domain}" if bare and domain else None


def consonants(text: str) -> str | None:
    """The consonants of a folded name, each once, sorted; null when there are none.

    A slip changes vowels and the order of letters more than this.

    >>> (
    ...     consonants("katherine") == consonants("kathrien"),
    ...     consonants("evnas") == consonants("evans"),
    ... )
    (True, True)
    """
    return "".join(sorted({c for c in text if c.isalnum() and c not in _VOWELS})) or None


def _function(name: str, call: Callable[[str], str | None]) -> SqlFunction:
    cached = lru_cache(maxsize=_CACHE)(call)

    def over_array(column: pa.Array) -> pa.Array:
        folded = [None if text is None else cached(text) for text in column.to_pylist()]
        return pa.array(folded, pa.string())

    return SqlFunction(name, over_array, ("VARCHAR",), "VARCHAR")


def _forms(column: pa.Array) -> pa.Array:
    forms = [None if name is None else list(name_forms(name)) for name in column.to_pylist()]
    return pa.array(forms, pa.list_(pa.string()))


FUNCTIONS: tuple[SqlFunction, ...] = (
    _function("matching_text", fold_text),
    _function("matching_street", fold_street),
    _function("matching_company", fold_company),
    _function("matching_mailbox", mailbox),
    _function("consonants", consonants),
    SqlFunction("name_forms", _forms, ("VARCHAR",), "VARCHAR[]"),
)
