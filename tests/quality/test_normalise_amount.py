"""Amounts: the number that a person reads off the text, its sign above all."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.quality.functions import FUNCTIONS
from cdp.quality.normalise import parse_amount
from tests.quality.texts import blanks, made_of

almost = made_of("0123456789+()-\u2212., eE€$'_NaI")
money = st.decimals(-999_999_999, 999_999_999, places=2)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("12.50", "12.50"),
        ("12", "12"),
        ("0", "0"),
        ("$1,234.50", "1234.50"),
        ("1,234,567", "1234567"),
        ("€ 12,50", "12.50"),
        ("1.234,50 €", "1234.50"),
        ("1.234.567", "1234567"),
        ("1 234,50", "1234.50"),
        ("1\u202f234,50", "1234.50"),
        ("CHF 1'234.50", "1234.50"),
        ("USD 12.50", "12.50"),
        ("12.50 USD", "12.50"),
        ("-12.50", "-12.50"),
        ("- 12.50", "-12.50"),
        ("12.50-", "-12.50"),
        ("(12.50)", "-12.50"),
        ("($12.50)", "-12.50"),
        ("-$12.50", "-12.50"),
        ("$-12.50", "-12.50"),
        ("EUR -12,50", "-12.50"),
        ("\u221212.50", "-12.50"),
        ("+12.50", "12.50"),
        ("1.5e3", "1500"),
        ("0.0005", "0.000"),
        ("12.34567", "12.346"),
        ("1234,567", None),
        ("1,23,4", None),
        ("12.5.0", None),
        ("free", None),
        ("NaN", None),
        ("Infinity", None),
        ("1e400", None),
        ("9" * 16, None),
        ("", None),
    ],
)
def test_an_amount_in_real_life_forms(text: str, amount: str | None) -> None:
    assert parse_amount(text, "major") == (None if amount is None else Decimal(amount))


def test_cents_are_hundredths() -> None:
    assert parse_amount("1999", "minor") == Decimal("19.99")
    assert parse_amount("-5", "minor") == Decimal("-0.05")


@given(almost, st.sampled_from(["major", "minor"]))
def test_any_text_gives_what_the_table_can_hold_or_nothing(text: str, unit: str) -> None:
    function = next(f for f in FUNCTIONS if f.name == "normal_amount")
    held = function.call(pa.array([text]), pa.array([unit])).to_pylist()
    assert held == [parse_amount(text, unit)]


@given(almost)
def test_a_parsed_amount_stays_as_it_is(text: str) -> None:
    amount = parse_amount(text, "major")
    assert amount is None or parse_amount(str(amount), "major") == amount


@given(money, blanks)
def test_every_way_of_writing_an_amount_is_the_same_amount(value: Decimal, around: str) -> None:
    plain, grouped = f"{value:f}", f"{value:,f}"
    european = grouped.translate(str.maketrans(",.", ".,"))
    spaced = grouped.replace(",", " ")
    for text in (plain, grouped, european, spaced, f"{around}{plain}{around}", f"${grouped}"):
        assert parse_amount(text, "major") == value
