"""What is read in bulk is what the normalisers say, value by value; the rest is left to them."""

from __future__ import annotations

from datetime import datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.quality.in_bulk import plain_amounts, plain_instants, plain_phones
from cdp.quality.normalise import normalise_phone, parse_amount, parse_instant
from tests.quality.texts import any_text

ZONES = ["UTC", "America/New_York", "Europe/London", "Australia/Lord_Howe"]
two = st.integers(0, 61).map("{:02}".format)
# Days on which clocks change somewhere, and days that do not exist.
changes = ["2026-03-08", "2026-11-01", "2026-03-29", "2026-10-25", "2026-04-05", "2026-10-04"]
others = ["2024-02-29", "2026-02-29", "1969-12-31", "1970-01-01", "2036-07-01", "2037-01-01"]
days = st.sampled_from([*changes, *others, "2026-13-01", "2026-00-10"])
hours = st.sampled_from(["00", "01", "02", "03", "23", "24"])
clocks = st.builds("{}:{}{}".format, hours, two, st.just("") | two.map(":{}".format))
tails = st.sampled_from(["", ".123", ".123456", ".1", "Z", "+02:00", "-0530", "+24:00", " "])
stamps = st.builds("{}{}{}{}".format, days, st.sampled_from(["T", " "]), clocks, tails)
epochs = st.integers(0, 10**18).map(str) | st.integers(10**9, 2 * 10**9).map(str)
amounts = st.from_regex(r"-?[0-9]{1,14}([.,][0-9]{0,4})?", fullmatch=True)
PATTERNS = {
    "%d/%m/%Y %H:%M": "{2}/{1}/{0} {3}:{4}",
    "%m/%d/%Y": "{1}/{2}/{0}",
    "%Y%m%d%H%M%S": "{0}{1}{2}{3}{4}{5}",
}


@given(
    st.lists(stamps | days | epochs | any_text, max_size=20),
    st.sampled_from(ZONES),
    st.sampled_from(["auto", "iso", "epoch_s", "epoch_ms", "epoch_us", *PATTERNS]),
)
def test_a_time_read_in_bulk_is_the_normalisers(texts: list[str], zone: str, form: str) -> None:
    read = plain_instants(pl.Series(texts, dtype=pl.String), zone, form)
    one_by_one = [parse_instant(text, timezone=zone, format=form) for text in texts]
    assert [w if r is None else r for r, w in zip(read, one_by_one, strict=True)] == one_by_one


@given(
    st.sampled_from(sorted(PATTERNS)), st.integers(1970, 2036), two, two, two, two, two,
    st.sampled_from(ZONES),
)  # fmt: skip
def test_so_is_one_in_a_pattern_of_the_contract(
    form: str, year: int, month: str, day: str, hour: str, minute: str, second: str, zone: str
) -> None:
    text = PATTERNS[form].format(year, month, day, hour, minute, second)
    (read,) = plain_instants(pl.Series([text]), zone, form)
    assert read in (None, parse_instant(text, timezone=zone, format=form))


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("2026-05-01 10:00:00", "auto"),
        ("2026-05-01T10:00:00.123Z", "iso"),
        ("1770000000", "auto"),
        ("1770000000123", "epoch_ms"),
        ("01/05/2026 10:00", "%d/%m/%Y %H:%M"),
    ],
)
def test_the_plain_forms_are_read_in_bulk(text: str, form: str) -> None:
    assert isinstance(plain_instants(pl.Series([text]), "UTC", form)[0], datetime)


@given(
    st.lists(
        st.from_regex(r"-?[0-9]{1,14}([.,][0-9]{0,4})?", fullmatch=True) | any_text, max_size=20
    ),
    st.sampled_from(["major", "minor"]),
)
def test_an_amount_read_in_bulk_is_the_normalisers(texts: list[str], unit: str) -> None:
    read = plain_amounts(pl.Series(texts, dtype=pl.String), unit)
    for text, amount in zip(texts, read, strict=True):
        assert amount is None or amount == parse_amount(text, unit)
    assert plain_amounts(pl.Series(["12.50"]), "major")[0] is not None


@given(
    st.lists(
        st.from_regex(r" ?(\+?1[-. ]?)?\(?[0-9]{3}\)?[-. ]?[0-9]{3}[-. ]?[0-9]{4}", fullmatch=True)
        | st.sampled_from(
            ["2222222222", "(234) 567-8901", "987-654-3210", "+1 222 222 2222", "٢٠٢٥٥٥٠١٢٣"]
        )
        | any_text,
        max_size=20,
    ),
    st.sampled_from(["US", "CA", "JM"]),
)
def test_a_phone_read_in_bulk_is_the_normalisers(texts: list[str], region: str) -> None:
    for text, number in zip(texts, plain_phones(pl.Series(texts, dtype=pl.String)), strict=True):
        assert number is None or number == normalise_phone(text, region)
    assert plain_phones(pl.Series(["(202) 555-0123"]))[0] == "+12025550123"
