"""Phone numbers: E.164 or nothing; only numbers from ranges kept for fiction."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.quality.normalise import normalise_phone, phones_in
from tests.quality.texts import blanks, is_settled, made_of

E164 = re.compile(r"\+[1-9]\d{6,14}")
REGIONS = ["US", "GB", "DE", "FR", "AU"]

regions = st.sampled_from(REGIONS)
almost = made_of("0123456789+()- .x#/p:tel'٣")
fictitious = st.integers(0, 99).map(lambda last: f"202555{100 + last:04}")


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("(202) 555-0123", "US", "+12025550123"),
        ("202.555.0123", "US", "+12025550123"),
        ("202 555 0123", "US", "+12025550123"),
        ("1-202-555-0123", "US", "+12025550123"),
        ("+1 202 555 0123", "GB", "+12025550123"),
        ("001 202 555 0123", "GB", "+12025550123"),
        ("tel:+1-202-555-0123", "US", "+12025550123"),
        ("p:+12025550123", "US", "+12025550123"),
        ("'+12025550123", "US", "+12025550123"),
        ("2025550123.0", "US", "+12025550123"),
        ("(202) 555-0123 x12", "US", "+12025550123"),
        ("(202) 555-0123 ext. 12", "US", "+12025550123"),
        ("202-555-0123 #4", "US", "+12025550123"),
        ("020 7946 0123", "GB", "+442079460123"),
        ("+44 (0)20 7946 0123", "US", "+442079460123"),
        ("+44 20 7946 0123", "DE", "+442079460123"),
        ("555-0123", "US", None),
        ("202-555-01234", "US", None),
        ("12", "US", None),
        ("call me", "US", None),
        ("", "US", None),
        ("ann@example.com", "US", None),
        ("2.02555E+09", "US", None),
        ("202-555-0123 / 202-555-0124", "US", None),
        ("***-***-0123", "US", None),
    ],
)
def test_a_number_in_real_life_forms(text: str, region: str, number: str | None) -> None:
    assert normalise_phone(text, region) == number


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize(
    "filler",
    [
        "000-000-0000",
        "0000000001",
        "1111111111",
        "+1 222 222 2222",
        "(999) 999-9999",
        "555555555",
        "123456789",
        "1234567890",
        "123-456-7890",
        "1234567891",
        "0123456789",
        "9876543210",
        "unknown",
    ],
)
def test_a_filler_is_no_number_anywhere(filler: str, region: str) -> None:
    assert normalise_phone(filler, region) is None


@given(almost, regions)
def test_any_text_gives_a_number_in_e164_or_nothing(text: str, region: str) -> None:
    number = normalise_phone(text, region)
    assert number is None or E164.fullmatch(number)


@given(almost, regions, regions)
def test_a_normalised_number_is_the_same_in_every_region(text: str, one: str, other: str) -> None:
    number = normalise_phone(text, one)
    assert is_settled(lambda said: normalise_phone(said, one), text)
    assert number is None or normalise_phone(number, other) == number


@given(fictitious, blanks, blanks, st.sampled_from([" ", "-", ".", ""]))
def test_blanks_and_dashes_do_not_make_another_number(
    digits: str, before: str, after: str, between: str
) -> None:
    written = between.join([digits[:3], digits[3:6], digits[6:]])
    assert normalise_phone(f"{before}{written}{after}", "US") == f"+1{digits}"


@pytest.mark.parametrize(
    ("cell", "region", "numbers"),
    [
        ("202-555-0123 / 0124", "US", []),
        ("202/555-0123", "US", ["+12025550123"]),
        ("202/555/0123; 202/555/0124", "US", ["+12025550123", "+12025550124"]),
        ("202-555-0123 x12, 202-555-0124 ext. 3", "US", ["+12025550123", "+12025550124"]),
        ("202-555-0123, x12", "US", ["+12025550123"]),
        ("202-555-0123,,1234", "US", ["+12025550123"]),
        ("202-555-0123; n/a", "US", ["+12025550123"]),
        ("0000000000 | 202-555-0123", "US", ["+12025550123"]),
        ("home: 202-555-0123; cell: 202-555-0124", "US", ["+12025550123", "+12025550124"]),
        ("02732/82000", "AT", ["+43273282000"]),
        ("0049 8161/1234567", "DE", ["+4981611234567"]),
        ("12; 34", "US", []),
        ("n/a", "US", []),
    ],
)
def test_a_cell_gives_the_numbers_in_it_and_never_a_piece_of_one(
    cell: str, region: str, numbers: list[str]
) -> None:
    assert list(phones_in(cell, region)) == numbers


@given(
    st.lists(fictitious, min_size=1, max_size=4, unique=True),
    st.sampled_from(["; ", ";", ", ", ",", " / ", "/", "|", "\n", "\r\n"]),
    st.sampled_from([" ", "-", ".", ""]),
)
def test_several_numbers_in_one_cell_are_all_taken(
    numbers: list[str], between: str, within: str
) -> None:
    written = [within.join([digits[:3], digits[3:6], digits[6:]]) for digits in numbers]
    assert list(phones_in(between.join(written), "US")) == [f"+1{digits}" for digits in numbers]
