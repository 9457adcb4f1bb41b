"""Values of attributes: one form for all ways of writing the same."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.resolve.attribute_values import comparable

KINDS = ("exact", "text", "date", "number", "identifier")
DAYS = st.dates(min_value=date(1000, 1, 1))
BLANKS = st.sampled_from([" ", "  ", "\t", "\u00a0"])


@given(st.text(), st.sampled_from(KINDS))
def test_what_was_read_once_is_read_the_same_again(text: str, kind: str) -> None:
    once = comparable(text, kind)
    assert once is None or (once and comparable(once, kind) in (once, None))


@given(st.lists(st.text("abcXYZ", min_size=1), min_size=2), BLANKS, st.sampled_from(KINDS))
def test_case_and_blanks_tell_no_values_apart(words: list[str], blank: str, kind: str) -> None:
    plain = " ".join(words)
    assert comparable(blank + blank.join(words) + blank, kind) == comparable(plain.upper(), kind)


@given(DAYS)
def test_a_day_is_the_same_in_every_form(day: date) -> None:
    for text, order in (
        (day.isoformat(), "dmy"),
        (f"{day.isoformat()}T10:30:00Z", "ymd"),
        (f"{day.day}/{day.month}/{day.year}", "dmy"),
        (f"{day.month}.{day.day}.{day.year} 0:00", "mdy"),
        (f"{day.day} {('Jan', 'Dec')[day.month // 12]} {day.year}", "ymd"),
    ):
        if "Jan" not in text or day.month == 1:
            assert comparable(text, "date", order) == day.isoformat()


@given(st.decimals(-(10**9), 10**9, places=2))
def test_a_number_is_the_same_in_every_form(number: object) -> None:
    texts = {f"{number}", f"{number:,}", f" ${number:,} ", f"{number:+}", f"{number}0"}
    texts.add(f"{number:,}".translate({ord(","): ".", ord("."): ","}))
    assert len({comparable(text, "number") for text in texts}) == 1
    assert comparable(f"{number}", "number") is not None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", ["", "  ", "N/A", "-", "null", "Unknown", "not  available"])
def test_what_stands_for_nothing_says_nothing(text: str, kind: str) -> None:
    assert comparable(text, kind) is None


@pytest.mark.parametrize("text", ["12 pm", "1.2.3", "1,2,3", "e5", "inf", "nan", "--5"])
def test_what_is_no_number_says_nothing(text: str) -> None:
    assert comparable(text, "number") is None


@pytest.mark.parametrize("text", ["2020-02-30", "31/12/2020", "1/2/20", "2020", "soon"])
def test_what_is_no_day_says_nothing(text: str) -> None:
    assert comparable(text, "date", "mdy") is None
