"""Emails, names, addresses read in bulk are what the normalisers say; the rest is left to them."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cdp.quality import in_bulk_texts as bulk
from cdp.quality import normalise
from cdp.quality.normalise import junk
from tests.quality.texts import any_text

refused = {*junk.NOTHING, *junk.NAMES, *junk.STREETS, *junk.POSTCODES, *junk.EMAIL_LOCALS}
odd = [
    "Baby girl", "Lady of the house", "Hidden", "Redacted Inc", "Xxxx Street", "Mr", "Phd", "Jr",
    "Miss", "van", "McDonald", "O'Neil", "D4", "db320f93ead463e1a2faee198cd9a122", "Ann", "Lee",
    "Alabama",
]  # fmt: skip
CASES = (str, str.lower, str.upper, str.title, str.capitalize, str.swapcase)
awkward = sorted({case(text) for text in [*refused, *odd] for case in CASES})
fillers = st.sampled_from(awkward)
almost = st.text(st.sampled_from("aAbBzZxX019 .,-'&#/"), max_size=14)
words = st.lists(almost | fillers, min_size=1, max_size=3).map(" ".join)
texts = st.lists(words | almost | fillers | any_text | st.none(), max_size=20)
codes = st.lists(
    st.from_regex(
        r"[0-9]{1,9}(-[0-9]{4})?|[A-Z]{2}|[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]", fullmatch=True
    )
    | fillers
    | any_text,
    max_size=20,
)
DOMAINS = [
    "example.com", "Example.co.uk", "a-b.org", "-a.org", "a_b.org", "x.y", "\u212a.com", "ex.c0m",
    *sorted(junk.EMAIL_DOMAINS),
]  # fmt: skip
LOCALS = [*sorted(junk.EMAIL_LOCALS), "a" * 65, "xxxx", "Axxxxb", "hidden", "mailto:ann", "Ann"]
addresses = st.lists(
    st.builds(
        "{}@{}".format,
        almost | st.sampled_from(LOCALS) | any_text,
        st.sampled_from(DOMAINS) | any_text,
    )
    | any_text
    | st.none(),
    max_size=20,
)
Call = Callable[[str], str | None]


def one_email(text: str) -> str | None:
    """The only address in a text; a text of several for null."""
    found = normalise.emails_in(text)
    return found[0] if len(found) == 1 else None


@pytest.mark.parametrize(
    ("plain", "call"),
    [
        (bulk.plain_words, normalise.normalise_text),
        (bulk.plain_words, normalise.normalise_street),
        (bulk.plain_words, normalise.normalise_city),
        (bulk.plain_names, normalise.normalise_given_name),
        (bulk.plain_names, normalise.normalise_surname),
        (bulk.plain_devices, normalise.normalise_device),
    ],
)
@given(texts)
@example(awkward)
def test_a_text_read_in_bulk_is_the_normalisers(
    plain: Callable[[pl.Series], pl.Series], call: Call, found: list[str | None]
) -> None:
    for text, value in zip(found, plain(pl.Series(found, dtype=pl.String)), strict=True):
        assert value is None or (text is not None and value == call(text))


@given(addresses)
@example([f"{local}@{domain}" for local in LOCALS for domain in DOMAINS])
def test_so_is_an_email(found: list[str | None]) -> None:
    read = bulk.plain_emails(pl.Series(found, dtype=pl.String))
    for text, value in zip(found, read, strict=True):
        assert value is None or (text is not None and value == one_email(text))


@given(texts)
@example([*awkward, *(f"{text.title()} Ann" for text in awkward), *(f"Ann {t}" for t in awkward)])
def test_so_is_a_full_name(found: list[str | None]) -> None:
    read = bulk.plain_full_names(pl.Series(found, dtype=pl.String))
    for text, value in zip(found, read, strict=True):
        whole = normalise.split_full_name(text) if text is not None else None
        assert value is None or (whole is not None and value == vars(whole))


@pytest.mark.parametrize(
    ("plain", "call"),
    [
        (bulk.plain_postcodes, normalise.normalise_postcode),
        (bulk.plain_regions, normalise.normalise_region),
    ],
)
@given(codes, st.sampled_from(["US", "CA", "GB", "FR", "PR"]))
def test_so_is_a_code_in_its_country(
    plain: Callable[[pl.Series, pl.Series], pl.Series],
    call: Callable[[str, str], str | None],
    found: list[str],
    country: str,
) -> None:
    countries = pl.Series([country] * len(found), dtype=pl.String)
    read = plain(pl.Series(found, dtype=pl.String), countries)
    for text, value in zip(found, read, strict=True):
        assert value is None or value == call(text, country)


@pytest.mark.parametrize(
    ("plain", "text"),
    [
        (bulk.plain_emails, "Ann.Lee+shop@mail.Example.co.uk"),
        (bulk.plain_words, "12-B Elm St, Apt # 4"),
        (bulk.plain_words, "Smith & Sons"),
        (bulk.plain_names, "Mary-Ann"),
        (bulk.plain_names, "O'Neil"),
        (bulk.plain_full_names, "Ann Lee"),
        (bulk.plain_devices, "GA1.2.12345-ab"),
    ],
)
def test_the_plain_forms_are_read_in_bulk(
    plain: Callable[[pl.Series], pl.Series], text: str
) -> None:
    assert plain(pl.Series([text]))[0] is not None
