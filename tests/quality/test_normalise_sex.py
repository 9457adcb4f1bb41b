"""Sex: F, M or not stated; and free texts beside it."""

from __future__ import annotations

import pytest
from hypothesis import given

from cdp.quality.normalise import (
    normalise_device,
    normalise_language,
    normalise_sex,
    normalise_text,
)
from tests.quality.texts import any_text, blanks, is_settled


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("F", "F"),
        ("female", "F"),
        (" Woman ", "F"),
        ("m", "M"),
        ("MALE", "M"),
        ("Männlich", "M"),
        ("prefer not to say", None),
        ("1", None),
        ("", None),
    ],
)
def test_sex_in_real_life_forms(text: str, code: str | None) -> None:
    assert normalise_sex(text) == code


@given(any_text, blanks)
def test_any_text_gives_a_code_or_nothing(text: str, around: str) -> None:
    assert normalise_sex(text) in {"F", "M", None}
    assert normalise_sex(around + text + around) == normalise_sex(text)
    assert is_settled(normalise_sex, text)


@given(any_text)
def test_normalised_free_texts_stay_as_they_are(text: str) -> None:
    assert is_settled(normalise_text, text)
    assert is_settled(normalise_device, text)
    assert is_settled(normalise_language, text)


def test_norwegian_is_a_language_and_no_refusal() -> None:
    assert normalise_language("no") == "no"
    assert normalise_language("unknown") is None
