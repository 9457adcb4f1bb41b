"""Countries: an ISO code or nothing."""

from __future__ import annotations

import re

import pytest
from hypothesis import given

from cdp.quality.normalise import normalise_country
from tests.quality.texts import is_settled, made_of


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("US", "US"),
        ("us", "US"),
        (" usa ", "US"),
        ("U.S.A.", "US"),
        ("United States of America", "US"),
        ("UK", "GB"),
        ("England", "GB"),
        ("Deutschland", "DE"),
        ("españa", "ES"),
        ("The Netherlands", "NL"),
        ("Atlantis", None),
        ("ZZ", None),
        ("N/A", None),
        ("unknown", None),
        ("", None),
    ],
)
def test_a_country_in_real_life_forms(text: str, code: str | None) -> None:
    assert normalise_country(text) == code


@given(made_of("ABCDEGINRSTUZ. ", most=4))
def test_any_text_gives_a_code_of_two_letters_or_nothing(text: str) -> None:
    code = normalise_country(text)
    assert code is None or re.fullmatch(r"[A-Z]{2}", code)
    assert is_settled(normalise_country, text)


@given(made_of("ABCDEGINRSTUZ. ", most=4))
def test_case_makes_no_other_country(text: str) -> None:
    if text.isascii():
        assert normalise_country(text.lower()) == normalise_country(text.upper())
