"""What values look like: one test a kind, each of one value; and the share that passes it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache

from cdp.drafting.sample import Column
from cdp.drafting.times import is_time
from cdp.drafting.vocabulary import words
from cdp.quality import normalise

_EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[a-z]{2,}>?", re.IGNORECASE)
_HASH = re.compile(r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[A-Za-z0-9+/]{22}==", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_NUMBER = re.compile(r"[-+(]?[^\w\s]?\s?\d[\d.,'\u00a0 ]*\)?\s?(?:%|[^\W\d]{1,3}|[^\w\s])?")
_WRITTEN_PHONE = re.compile(r"(?:p:)?'?(?:\+|00|\()?\d[\d() ./-]{6,}\d")
_STREET = re.compile(
    r"\d+[\w/-]{0,4},? (?=.*[^\W\d_]{3})[\w .,'\u2019#/-]+"  # 12 Main St
    r"|(?=.*[^\W\d_]{3})[\w .,'\u2019/-]+ \d+ ?\w{0,2}"  # Lindenweg 4 b
)
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:[-_][A-Za-z]{2,4})?")
_TODAY = date(2100, 1, 1)
"""No birth date is refused for being to come: the clock is not read here."""


def is_hash(text: str) -> bool:
    """Whether a value is a hash that stands for another one: masked.

    >>> is_hash("d41d8cd98f00b204e9800998ecf8427e"), is_hash("1B2M2Y8AsgTpgAmY7PhCfg==")
    (True, True)
    """
    return bool(_HASH.fullmatch(text))


def is_masked(column: Column) -> bool:
    """Whether most values of a column are hashes that stand for others."""
    tested = column.tested
    return bool(tested) and 2 * sum(map(is_hash, tested)) > len(tested)


def is_name_part(text: str) -> bool:
    """Whether a text may be a first or last name: letters, few words, no mask."""
    has_digits = any(sign.isdigit() for sign in text)
    is_short = len(text) <= 40 and len(text.split()) <= 4
    if text.casefold() in ("true", "false"):
        return False
    return is_short and not has_digits and not is_hash(text) and _is_letters(text)


def _is_letters(text: str) -> bool:
    letters = sum(sign.isalpha() or sign in " .'-\u2019," for sign in text)
    return letters == len(text) and any(sign.isalpha() for sign in text)


def is_full_name(text: str) -> bool:
    """Whether a text is a whole name by its first name, whichever end it stands at."""
    parts = text.replace(",", " ").split()
    if not 2 <= len(parts) <= 4 or not is_name_part(text):
        return False
    ends = {parts[0].casefold(), parts[-1].casefold()}
    return bool(ends & _given_names())


@lru_cache(maxsize=1)
def _given_names() -> frozenset[str]:
    """English first names and their short forms; of other languages the headers must tell."""
    from nicknames import NickNamer

    forms_of = NickNamer().nickname_lookup
    return frozenset(forms_of).union(*forms_of.values())


def _is_email(text: str) -> bool:
    return bool(_EMAIL.search(text)) or bool(normalise.emails_in(text))


def _is_token(text: str) -> bool:
    return len(text) <= 200 and not re.search(r"\s", text) and bool(re.search(r"\d|\w{8}", text))


def _is_street(text: str) -> bool:
    return len(text) < 80 and bool(_STREET.fullmatch(text))


def _is_address(text: str) -> bool:
    return _is_street(text) and len(text.split()) >= 3 and ("," in text or "\n" in text)


def _is_handle(text: str) -> bool:
    return normalise.normalise_handle(text) is not None and not text.isdigit()


def _is_written_handle(text: str) -> bool:
    found = normalise.normalise_handle(text)
    return bool(found) and (text.startswith("@") or ":" in str(found))


def _is_language(text: str) -> bool:
    return bool(_LANGUAGE.fullmatch(text)) or text.casefold() in words("languages")


def _is_birth_date(text: str) -> bool:
    orders = ("ymd", "mdy", "dmy")
    return any(normalise.normalise_birth_date(text, o, as_of=_TODAY) for o in orders)


def _is_words(text: str) -> bool:
    return len(text) <= 80 and not is_hash(text) and bool(re.search(r"[^\W\d_]{2}", text))


def _is_category(text: str) -> bool:
    return len(text) <= 40 and len(text.split()) <= 4 and not is_hash(text) and "@" not in text


def _is_small_number(text: str) -> bool:
    return bool(re.fullmatch(r"\d{1,3}(?:[.,]\d+)?(?: ?/ ?\d+)?", text))


TESTS: Mapping[str, Callable[[str], bool]] = {
    "anything": lambda text: not is_hash(text),
    "address": _is_address,
    "birth_date": _is_birth_date,
    "category": _is_category,
    "country": lambda text: normalise.normalise_country(text) is not None,
    "currency": lambda text: text.casefold() in words("currencies"),
    "email": _is_email,
    "full_name": is_full_name,
    "handle": _is_handle,
    "language": _is_language,
    "name_part": is_name_part,
    "number": lambda text: bool(_NUMBER.fullmatch(text)) and not is_time(text),
    "place_word": lambda text: _is_words(text) and not any(c.isdigit() for c in text),
    "salutation": lambda text: text.casefold().strip(". ") in words("salutations"),
    "sex": lambda text: normalise.normalise_sex(text) is not None,
    "small_number": _is_small_number,
    "street": _is_street,
    "suffix": lambda text: normalise.normalise_suffix(text) is not None,
    "token": _is_token,
    "uuid": lambda text: bool(_UUID.fullmatch(text)),
    "whole_name": lambda text: is_name_part(text) and len(text.split()) <= 5,
    "words": _is_words,
    "written_handle": _is_written_handle,
}
"""Tests that need no region, by name."""

_WANTED = {
    "address": "postal addresses",
    "birth_date": "dates of birth",
    "category": "words of a kind",
    "country": "countries",
    "currency": "codes of currencies",
    "email": "email addresses",
    "full_name": "whole names",
    "handle": "handles",
    "language": "languages",
    "name_part": "names",
    "number": "numbers",
    "phone": "phone numbers",
    "place_word": "names of places",
    "postcode": "postal codes",
    "salutation": "forms of address",
    "sex": "words for sex",
    "small_number": "ratings",
    "street": "streets with numbers",
    "suffix": "suffixes of names",
    "token": "ids",
    "whole_name": "names",
    "words": "words",
    "written_handle": "handles",
    "written_phone": "phone numbers",
}


def passing(values: Sequence[str], test: str, region: str) -> int:
    """How many values pass a test; phones and postcodes without a country are of ``region``."""
    return sum(_passes(value, test, region) for value in values)


def told(test: str) -> str:
    """What values look like that pass a test, in words."""
    return _WANTED.get(test, test)


@lru_cache(maxsize=50_000)
def _passes(value: str, test: str, region: str) -> bool:
    if test in ("phone", "written_phone"):
        if test == "written_phone" and not _is_written_as_phone(value):
            return False
        digits = re.sub(r"\D", "", value)
        return bool(normalise.phones_in(value, region)) or (
            7 <= len(digits) <= 15 and bool(_WRITTEN_PHONE.fullmatch(value)) and not is_time(value)
        )
    if test == "postcode":
        return normalise.normalise_postcode(value, region) is not None or bool(
            re.fullmatch(r"'?[A-Za-z]{0,2}-?\d[\dA-Za-z -]{2,9}(?:\.0)?", value)
        )
    return TESTS[test](value)


def _is_written_as_phone(text: str) -> bool:
    """Whether signs say that it is a phone: digits alone may be an id, an epoch, a price."""
    if is_time(text) or not _WRITTEN_PHONE.fullmatch(text):
        return False
    return text.lstrip("p:'").startswith(("+", "(")) or len(re.findall(r"[ /.-]", text)) >= 2
