"""Times in a column: their format, their zone, and the order of day and month."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from cdp.quality.normalise import normalise_birth_date, parse_instant
from cdp.quality.normalise.date import _DIGITS

_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p", ", %H:%M",
           ", %H:%M:%S", ", %I:%M %p", ", %I:%M:%S %p", " %H:%M:%S %z", " %H:%M %z",
           " %I:%M:%S %p %z", "T%H:%M:%S")  # fmt: skip
_DAYS_FIRST = ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%y", "%d.%m.%y", "%d-%m-%y")
_MONTHS_FIRST = ("%m/%d/%Y", "%m-%d-%Y", "%m.%d.%Y", "%m/%d/%y", "%m-%d-%y")
_YEARS_FIRST = ("%Y/%m/%d", "%Y.%m.%d", "%Y-%m-%d")
_NAMED = ("%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%b %d, %Y", "%B %d, %Y", "%d %B %Y", "%b %d %Y",
          "%a, %d %b %Y", "%a %b %d %Y", "%A, %B %d, %Y", "%d/%b/%Y")  # fmt: skip
_EPOCH = re.compile(r"1[0-9]{9}(?:\.\d+)?|1[0-9]{12}|1[0-9]{15}")
_LIKE_TIME = re.compile(
    r"\d{4}-\d\d-\d\d.*|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}(?:\D.*)?"
    r"|.*\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b.*\d.*",
    re.IGNORECASE | re.DOTALL,
)
_HAS_ZONE = re.compile(r"(?:Z|[+-]\d\d:?\d\d|\bUTC|\bGMT)$")


_SAYS_TIME = re.compile(
    r"\b(?:at|on|time|date|ts|timestamp|stamp|ms|epoch|when|created|updated|changed|modified"
    r"|sent|seen|since|datum|fecha|data)\b"
)


@dataclass(frozen=True)
class Written:
    """How the times of a column are written.

    ``read`` of ``seen`` values can be read so. ``timezone`` is null where the values, or the
    project, say it. ``other`` is the format that reads as many with day and month exchanged:
    then the sample does not settle the order.
    """

    format: str
    read: int
    seen: int
    timezone: str | None
    has_zone: bool
    other: str | None = None
    settled: int = 0
    """How many values settle the order of day and month: they have one above 12."""


def is_time(text: str) -> bool:
    """Whether a text is a date or a time; numbers are none, for they may be anything.

    >>> is_time("2026-05-02 09:30"), is_time("3/15/2024 2:30 PM"), is_time("1700000000")
    (True, True, False)
    """
    plain = text.strip()
    return len(plain) <= 45 and bool(_LIKE_TIME.fullmatch(plain)) and bool(_format_of([plain]))


def states_zone(text: str) -> bool:
    """Whether a time says its zone or offset.

    >>> states_zone("2026-03-01T06:53:00-05:00"), states_zone("2026-03-01 06:53:00")
    (True, False)
    """
    return bool(_HAS_ZONE.search(text.strip()))


def is_epoch(text: str) -> bool:
    """Whether a number has as many digits as an epoch of these years."""
    return bool(_EPOCH.fullmatch(text.strip()))


def says_time(header: str) -> bool:
    """Whether words of a header are those of times."""
    return bool(_SAYS_TIME.search(header))


def written_times(values: Sequence[str], *, is_month_first: bool) -> Written | None:
    """How the times of a column are written; null when most of its values are none.

    ``is_month_first`` decides where the sample does not settle the order of day and month.

    >>> written_times(["13/02/2026", "01/02/2026"], is_month_first=True).format
    '%d/%m/%Y'
    >>> found = written_times(["03/02/2026"], is_month_first=True)
    >>> found.format, found.other
    ('%m/%d/%Y', '%d/%m/%Y')
    """
    if not values:
        return None
    epochs = sum(map(is_epoch, values))
    if epochs >= 0.95 * len(values):
        digits = len(values[0].strip().partition(".")[0])
        name = {10: "epoch_s", 13: "epoch_ms", 16: "epoch_us"}[digits]
        return Written(name, epochs, len(values), None, has_zone=True)
    if sum(bool(_LIKE_TIME.fullmatch(v.strip())) for v in values) < 0.6 * len(values):
        compact = sum(bool(re.fullmatch(r"(?:19|20)\d\d[01]\d[0-3]\d", v.strip())) for v in values)
        if compact < 0.95 * len(values):
            return None
    return _format_of(values, is_month_first=is_month_first)


def _format_of(values: Sequence[str], *, is_month_first: bool = False) -> Written | None:
    has_zone = all(map(states_zone, values))
    best, name, found = 0, "", {}
    for tried in _formats(values[0], is_month_first=is_month_first):
        found[tried] = read = sum(reads(value, tried) for value in values)
        if read > best:
            best, name = read, tried
        if read == len(values) and tried == "auto":
            break
    if best < 0.6 * len(values):
        return None
    other = _exchanged(name)
    is_open = other is not None and sum(reads(v, other) for v in values) == best
    zone = "UTC" if "%Z" in name else None
    settled = sum(not reads(v, other) for v in values) if other else 0
    return Written(name, best, len(values), zone, has_zone, other if is_open else None, settled)


def _formats(first: str, *, is_month_first: bool) -> list[str]:
    """Formats in the order in which they are tried; the first of the best is taken."""
    if re.search(r"[A-Za-z]{3}", first.replace("UTC", "").replace("GMT", "")):
        days: tuple[str, ...] = _NAMED
    elif re.match(r"\s*\d{4}", first):
        days = _YEARS_FIRST
    else:
        days = (*_MONTHS_FIRST, *_DAYS_FIRST) if is_month_first else (*_DAYS_FIRST, *_MONTHS_FIRST)
    clocks = [*_CLOCKS, *(f"{clock} %Z" for clock in _CLOCKS[1:6])]
    return ["auto", *(day + clock for clock, day in product(clocks, days))]


def reads(value: str, name: str) -> bool:
    """Whether a time can be read by a format of a contract."""
    if name == "auto" and _DIGITS.match(value.strip()) and not re.match(r"(?:19|20)\d{6}$", value):
        return is_epoch(value)
    return parse_instant(value, timezone="UTC", format=name) is not None


def _exchanged(name: str) -> str | None:
    """The format with day and month exchanged; null where a name or the year settles them."""
    for sign in "/.-":
        for a, b in ((f"%d{sign}%m{sign}", f"%m{sign}%d{sign}"),):
            if name.startswith(a):
                return name.replace(a, b, 1)
            if name.startswith(b):
                return name.replace(b, a, 1)
    return None


@dataclass(frozen=True)
class BirthOrder:
    """The order of year, month and day in a column of birth dates; ``other`` reads as many."""

    order: str
    read: int
    seen: int
    other: str | None


def birth_order(values: Sequence[str], *, is_month_first: bool) -> BirthOrder:
    """The order under which most birth dates can be read.

    >>> from datetime import date
    >>> birth_order(["03/14/1980"], is_month_first=False).order
    'mdy'
    """
    from datetime import date

    by_order = {
        order: sum(bool(normalise_birth_date(v, order, as_of=date(2100, 1, 1))) for v in values)
        for order in ("ymd", *(("mdy", "dmy") if is_month_first else ("dmy", "mdy")))
    }
    best = max(by_order, key=lambda order: by_order[order])
    other = {"mdy": "dmy", "dmy": "mdy"}.get(best)
    is_open = other is not None and by_order[other] == by_order[best]
    return BirthOrder(best, by_order[best], len(values), other if is_open else None)
