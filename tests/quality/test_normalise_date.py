"""Dates of birth by the source's order; instants as UTC whatever the machine's zone is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.quality.normalise import normalise_birth_date, parse_instant
from tests.quality.texts import blanks, made_of

TODAY = date(2026, 6, 30)
NEW_YORK = "America/New_York"

almost = made_of("0123456789+-:TZ. /Mar,W", most=26)
orders = st.sampled_from(["ymd", "mdy", "dmy"])
zones = st.sampled_from(["UTC", NEW_YORK, "Asia/Kolkata"])


def born(text: str, order: str = "ymd") -> date | None:
    return normalise_birth_date(text, order, as_of=TODAY)


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("1980-03-04", "ymd", date(1980, 3, 4)),
        ("1980-03-04", "mdy", date(1980, 3, 4)),
        ("19800304", "ymd", date(1980, 3, 4)),
        ("1980/03/04", "dmy", date(1980, 3, 4)),
        ("1980-3-4", "ymd", date(1980, 3, 4)),
        ("1980-03-04T00:00:00Z", "ymd", date(1980, 3, 4)),
        ("1980-03-04 00:00:00", "ymd", date(1980, 3, 4)),
        ("03/04/1980", "mdy", date(1980, 3, 4)),
        ("03/04/1980", "dmy", date(1980, 4, 3)),
        ("3.4.1980", "dmy", date(1980, 4, 3)),
        ("3/4/1980 0:00", "mdy", date(1980, 3, 4)),
        ("Mar 4, 1980", "ymd", date(1980, 3, 4)),
        ("4 March 1980", "ymd", date(1980, 3, 4)),
        ("1980-02-29", "ymd", date(1980, 2, 29)),
        ("1981-02-29", "ymd", None),
        ("25/12/1980", "mdy", None),
        ("03/04/1980", "ymd", None),
        ("03/04/80", "dmy", None),
        ("1980", "ymd", None),
        ("0000-02-29", "ymd", None),
        ("", "ymd", None),
    ],
)
def test_a_birth_date_in_real_life_forms(text: str, order: str, day: date | None) -> None:
    assert born(text, order) == day


@pytest.mark.parametrize(
    "text", ["1900-01-01", "1970-01-01", "1899-12-31", "1920-01-01", "01/01/1900", "Jan 1, 1970"]
)
def test_a_placeholder_is_no_birth_date(text: str) -> None:
    assert born(text, "mdy") is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-06-30", TODAY),
        ("2026-07-01", None),
        ("1906-01-01", date(1906, 1, 1)),
        ("1905-12-31", None),
        ("1970-01-02", date(1970, 1, 2)),
    ],
)
def test_a_birth_date_is_neither_to_come_nor_beyond_any_life(text: str, day: date | None) -> None:
    assert born(text) == day


@given(almost, orders, blanks)
def test_any_text_gives_a_settled_birth_date_or_nothing(text: str, order: str, around: str) -> None:
    day = born(text, order)
    assert born(around + text + around, order) == day
    assert day is None or born(day.isoformat(), order) == day


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-03-01 10:00", datetime(2026, 3, 1, 15)),
        ("2026-03-01T10:00:00Z", datetime(2026, 3, 1, 10)),
        ("2026-03-01T10:00:00+05:30", datetime(2026, 3, 1, 4, 30)),
        ("2026-03-01", datetime(2026, 3, 1, 5)),
        ("20260301", datetime(2026, 3, 1, 5)),
        ("2026-03-01T10:00:00.123456Z", datetime(2026, 3, 1, 10, 0, 0, 123456)),
        ("1770000000", datetime(2026, 2, 2, 2, 40)),
        ("1770000000.5", datetime(2026, 2, 2, 2, 40, 0, 500_000)),
        ("1770000000123", datetime(2026, 2, 2, 2, 40, 0, 123_000)),
        ("1770000000123456", datetime(2026, 2, 2, 2, 40, 0, 123_456)),
        # A clock that is put back shows 1:30 twice: the first. Put forward, it skips 2:30.
        ("2026-11-01 01:30", datetime(2026, 11, 1, 5, 30)),
        ("2026-03-08 02:30", datetime(2026, 3, 8, 7, 30)),
        ("2026-02-30", None),
        ("99999999", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_an_instant_in_real_life_forms(text: str, instant: datetime | None) -> None:
    assert parse_instant(text, timezone=NEW_YORK, format="auto") == instant


@pytest.mark.parametrize(
    ("text", "pattern", "instant"),
    [
        ("1770000000", "epoch_s", datetime(2026, 2, 2, 2, 40)),
        ("-1.5", "epoch_s", datetime(1969, 12, 31, 23, 59, 58, 500_000)),
        ("1500", "epoch_ms", datetime(1970, 1, 1, 0, 0, 1, 500_000)),
        ("1500", "epoch_us", datetime(1970, 1, 1, 0, 0, 0, 1500)),
        ("2026-03-01", "epoch_s", None),
        ("1770000000", "iso", None),
        ("01/03/2026 10:00", "%d/%m/%Y %H:%M", datetime(2026, 3, 1, 10)),
        ("01/03/2026 10:00 +0200", "%d/%m/%Y %H:%M %z", datetime(2026, 3, 1, 8)),
        ("2026-03-01", "%d/%m/%Y", None),
    ],
)
def test_a_stated_format_is_the_only_one(text: str, pattern: str, instant: datetime | None) -> None:
    assert parse_instant(text, timezone="UTC", format=pattern) == instant


@given(almost, zones, st.sampled_from(["auto", "iso", "epoch_s", "epoch_ms", "%Y%m%d"]))
def test_any_text_gives_an_instant_without_a_zone_or_nothing(
    text: str, zone: str, pattern: str
) -> None:
    instant = parse_instant(text, timezone=zone, format=pattern)
    assert instant is None or instant.tzinfo is None


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2037, 1, 1)),
    st.integers(-12 * 60, 14 * 60),
    zones,
)
def test_a_stated_offset_beats_the_zone_of_the_source(
    instant: datetime, minutes: int, zone: str
) -> None:
    there = instant.replace(tzinfo=UTC).astimezone(timezone(timedelta(minutes=minutes)))
    assert parse_instant(there.isoformat(), timezone=zone, format="auto") == instant
    assert parse_instant(f"{instant.isoformat()}Z", timezone=zone, format="iso") == instant
