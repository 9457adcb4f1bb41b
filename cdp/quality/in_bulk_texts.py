"""The plain forms of emails, names, addresses and other texts, read a column at a time.

As in `in_bulk`: null is answered where a text is not plain, and then its normaliser is asked. A
plain text is of ASCII letters and digits with single signs between them, so that nothing in it is
to be mended, and in mixed case, which nobody changes.
"""

from __future__ import annotations

import polars as pl

from cdp.quality.normalise.address import FIVE_DIGITS
from cdp.quality.normalise.junk import (
    EMAIL_DOMAINS,
    EMAIL_LOCALS,
    MASKED,
    NAMES,
    NOTHING,
    POSTCODES,
    STREETS,
    UNNAMED,
)
from cdp.quality.normalise.name import AROUND_NAMES

_WORDS = r"^[A-Za-z0-9]+(?:(?:[ .,'/&-]|[.,&] | [#&] ?)[A-Za-z0-9]+)*$"
_TWO_WORDS = "^([A-Z][a-z]+) ([A-Z][a-z]+)$"
_EMAIL = (
    r"^([A-Za-z0-9]+(?:[._+-][A-Za-z0-9]+)*)"
    r"@((?:[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\.)+[A-Za-z][A-Za-z0-9]+)$"
)
_MOST_OF_AN_EMAIL = 64
"""An address so short breaks no bound of one of its parts."""
_DEVICE = "^[A-Za-z0-9]+(?:[-_.:][A-Za-z0-9]+)*$"
_MOST_OF_A_DEVICE = 200


def plain_emails(texts: pl.Series) -> pl.Series:
    """Single addresses of letters, digits and a few signs, in lower case; null where not plain.

    >>> plain_emails(pl.Series(["Ann.Lee+x@Example.com", "<ann@example.com>", "a@b"])).to_list()
    ['ann.lee+x@example.com', None, None]
    """
    short = _where(texts.str.len_bytes() <= _MOST_OF_AN_EMAIL, texts)
    # Not in lower case before it is told to be ASCII: some signs have a small form that is.
    is_plain = short.str.contains(_EMAIL)
    parts = _where(is_plain, short.str.to_lowercase()).str.extract_groups(_EMAIL).struct.unnest()
    local, domain = parts.columns
    is_refused = pl.col(local).is_in(EMAIL_LOCALS) | pl.col(domain).is_in(EMAIL_DOMAINS)
    whole = pl.concat_str([pl.col(local), pl.lit("@"), pl.col(domain)])
    is_masked = whole.str.contains(_IS_MASKED)
    return parts.select(pl.when(~is_refused & ~is_masked).then(whole).alias("email")).to_series()


def plain_words(texts: pl.Series) -> pl.Series:
    """Texts that stand as they are: of a street, a city, a company; null where not plain.

    >>> plain_words(pl.Series(["12 Elm Street, Apt 4", "Unknown", "SALEM", " Acme"])).to_list()
    ['12 Elm Street, Apt 4', None, None, None]
    """
    return _said(texts, NOTHING | STREETS)


def plain_names(texts: pl.Series) -> pl.Series:
    """First, middle and family names that stand as they are; null where not plain.

    >>> plain_names(pl.Series(["Mary-Ann", "McDonald", "Guest", "Baby Girl", "Zoë"])).to_list()
    ['Mary-Ann', 'McDonald', None, None, None]
    """
    named = _said(texts, NOTHING | NAMES)
    return _where(~named.str.contains(_IS_UNNAMED), named)


def plain_full_names(texts: pl.Series) -> pl.Series:
    """Names of two words, as structs of a name's parts; null where not plain.

    >>> names = plain_full_names(pl.Series(["Ann Lee", "Dr Lee", "Lee, Ann"]))
    >>> [name and (name["given_name"], name["surname"]) for name in names]
    [('Ann', 'Lee'), None, None]
    """
    words = texts.str.extract_groups(_TWO_WORDS).struct.unnest()
    given_name, surname = words.get_columns()
    is_plain = plain_names(texts).is_not_null()
    for word in (given_name, surname):
        is_plain &= plain_names(word).is_not_null() & ~word.str.to_lowercase().is_in(AROUND_NAMES)
    none = pl.lit(None, pl.String)
    name = pl.struct(
        given_name=given_name, middle_name=none, surname=surname, title=none, suffix=none
    )
    return pl.select(pl.when(is_plain).then(name).alias("name")).to_series()


def plain_postcodes(texts: pl.Series, countries: pl.Series) -> pl.Series:
    """Postal codes of digits, in a country beside each; null where not plain.

    >>> texts, countries = pl.Series(["02116", "2116", "1010"]), pl.Series(["US", "FR", "AT"])
    >>> plain_postcodes(texts, countries).to_list()
    ['02116', None, '1010']
    """
    may_lack_a_zero = countries.is_in([*FIVE_DIGITS, "US"])
    is_code = texts.str.contains("^[0-9]{5}$") | (
        ~may_lack_a_zero & texts.str.contains("^[0-9]{4,6}$")
    )
    return _where(is_code & ~texts.is_in(POSTCODES), texts)


def plain_regions(texts: pl.Series, _countries: pl.Series) -> pl.Series:
    """Codes of two capitals, which every country's are; null where not plain.

    >>> plain_regions(texts := pl.Series(["CA", "California", "NA"]), texts).to_list()
    ['CA', None, None]
    """
    is_plain = texts.str.contains("^[A-Z]{2}$") & ~texts.str.to_lowercase().is_in(NOTHING)
    return _where(is_plain, texts)


def plain_devices(texts: pl.Series) -> pl.Series:
    """Ids of letters and digits with single signs between; null where not plain.

    >>> plain_devices(pl.Series(["A-12:f", "00-00", "none", "a b"])).to_list()
    ['A-12:f', None, None, None]
    """
    is_plain = (
        texts.str.contains(_DEVICE)
        & texts.str.contains("[A-Za-z1-9]")
        & (texts.str.len_bytes() <= _MOST_OF_A_DEVICE)
        & _means_something(texts, NOTHING)
    )
    return _where(is_plain, texts)


_IS_MASKED, _IS_UNNAMED = f"(?i){MASKED.pattern}", f"(?i)^(?:{UNNAMED.pattern})$"


def _said(texts: pl.Series, fillers: frozenset[str]) -> pl.Series:
    is_plain = (
        texts.str.contains(_WORDS)
        & texts.str.contains("[a-z]")
        & texts.str.contains("[A-Z]")
        & _means_something(texts, fillers)
    )
    return _where(is_plain, texts)


def _where(is_plain: pl.Series, texts: pl.Series) -> pl.Series:
    return pl.select(pl.when(is_plain).then(texts).alias("text")).to_series()


def _means_something(texts: pl.Series, fillers: frozenset[str]) -> pl.Series:
    return ~texts.str.to_lowercase().is_in(fillers) & ~texts.str.contains(_IS_MASKED)
