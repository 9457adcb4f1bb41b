"""Dates of birth and instants."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from cdp.quality.normalise.junk import BIRTH_DATES

_ORDERS = {"ymd": ("%Y-%m-%d", "%Y%m%d"), "mdy": ("%m-%d-%Y",), "dmy": ("%d-%m-%Y",)}
_MONTH_NAMES = ("%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y")
_MAX_AGE_YEARS = 120
_EPOCH = datetime(1970, 1, 1)
_DIGITS = re.compile(r"^-?\d+(?:\.\d*)?$")
_UNITS = {"epoch_s": 1, "epoch_ms": 1_000, "epoch_us": 1_000_000}


def normalise_birth_date(text: str, order: str, *, as_of: date) -> date | None:
    """A date of birth; the order of day and month is the source's to say.

    Refused: placeholders such as 1900-01-01, days to come, ages above 120, and years of two
    digits, which tell a child from a great-grandparent only by luck.

    >>> normalise_birth_date("03/04/1980", "dmy", as_of=date(2026, 1, 1))
    datetime.date(1980, 4, 3)
    """
    plain = text.strip().replace(",", " ")
    day = _iso(plain) or _ordered(plain, order)
    if day is None or day.isoformat() in BIRTH_DATES:
        return None
    if day > as_of or day.year < as_of.year - _MAX_AGE_YEARS:
        return None
    return day


def _iso(text: str) -> date | None:
    try:
        return datetime.fromisoformat(text).date() if re.match(r"^\d{4}-\d\d-\d\d", text) else None
    except ValueError:
        return None


def _ordered(text: str, order: str) -> date | None:
    dashed = re.sub(
        r"[./\s]+", "-", text.split(" 0:00", maxsplit=1)[0].split(" 00:00", maxsplit=1)[0]
    )
    words = " ".join(text.split())
    # A year in front is one in every country.
    numeric = dict.fromkeys((*_ORDERS[order], *_ORDERS["ymd"]))
    tries = [*((dashed, pattern) for pattern in numeric), *((words, p) for p in _MONTH_NAMES)]
    for value, pattern in tries:
        try:
            return datetime.strptime(value, pattern).date()
        except ValueError:
            continue
    return None


def parse_instant(text: str, *, timezone: str, format: str) -> datetime | None:  # noqa: A002 - the contract's word
    """A point in time as UTC without a zone; a text without a zone is in ``timezone``.

    ``format`` is auto (ISO, or an epoch by its size), iso, epoch_s, epoch_ms, epoch_us or a
    strptime pattern. An hour that a clock shows twice is the first, one that it skips is moved on.

    >>> parse_instant("2026-03-08 10:00", timezone="America/New_York", format="auto")
    datetime.datetime(2026, 3, 8, 14, 0)
    >>> parse_instant("1770000000", timezone="UTC", format="auto")
    datetime.datetime(2026, 2, 2, 2, 40)
    """
    plain = text.strip()
    try:
        if format in _UNITS:
            return _since_epoch(plain, _UNITS[format])
        if format == "auto" and _DIGITS.match(plain):
            return _epoch_by_size(plain) or _in_utc(datetime.fromisoformat(plain), timezone)
        read = (
            datetime.fromisoformat(plain)
            if format in ("auto", "iso")
            else datetime.strptime(plain, format)
        )
        return _in_utc(read, timezone)
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _in_utc(read: datetime, timezone: str) -> datetime:
    aware = read if read.tzinfo is not None else read.replace(tzinfo=_zone(timezone))
    return aware.astimezone(UTC).replace(tzinfo=None)


def _since_epoch(text: str, per_second: int) -> datetime | None:
    if not _DIGITS.match(text):
        return None
    return _EPOCH + timedelta(microseconds=int(Decimal(text) * 1_000_000 / per_second))


def _epoch_by_size(text: str) -> datetime | None:
    """Seconds have ten digits since 2001, milliseconds thirteen, microseconds sixteen."""
    size = len(text.partition(".")[0].lstrip("-"))
    unit = {9: 1, 10: 1, 12: 1_000, 13: 1_000, 15: 1_000_000, 16: 1_000_000}.get(size)
    return _since_epoch(text, unit) if unit else None
