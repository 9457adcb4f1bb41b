"""Exported chats, as WhatsApp writes them: a time, an author, a text that may go on over lines.

The shape is that of the phone's language: brackets or a dash, 12 hours or 24, the day or the
month first. Which of the two is first is told by all dates of the file together.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

from cdp.ingest.readers.row import (
    KEPT_CHARACTERS,
    MAX_BLANK_LINES,
    MAX_ROW_CHARACTERS,
    STRAY_BYTES,
    TOO_LONG,
    Row,
    RowReader,
)
from cdp.ingest.readers.texts import CutLine, TextFile, lines_of
from cdp.ingest.readers.verbatim import escaped, has_stray_bytes
from cdp.project import FileFormat

COLUMNS = ("sent_at", "author", "text", "place", "sent_at_iso")

_MARKS = "\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff"
_MESSAGE = re.compile(
    rf"[{_MARKS}]*(?P<bracket>\[)?"
    r"(?P<date>(?P<first>\d{1,4})(?P<sign>[./-])\s?(?P<second>\d{1,2})[./-]\s?(?P<third>\d{1,4})\.?)"
    r"(?P<between>,?\s{1,3})"
    r"(?P<clock>(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<seconds>\d{2}))?"
    r"(?:\s{0,2}(?P<half>[AaPp])\.?\s?[Mm]\.?)?)"
    rf"(?(bracket)\]|\s-)\s?[{_MARKS}]*"
)
_AUTHOR = re.compile(
    rf"(?:~\s)?(?P<author>[^:\r\n]{{1,120}}):(?:[^\S\r\n][{_MARKS}]*|(?=[\r\n]|$))"
)
_STRIPPED = re.compile(f"[{_MARKS}]")
_BLANKS = " \t\r\n\ufeff"
_MAX_PLACES = 100_000
NO_MESSAGE = "text before the first message of the chat"


def read_chat(file: TextFile, file_format: FileFormat) -> RowReader:
    """The messages of a chat: when, who, what, and which of that author's in that minute.

    ``sent_at`` is the time as it stands, ``sent_at_iso`` the same as ISO 8601, where it can be
    told which of its numbers is the day. Notices of the app have no author.

    Raises:
        DeliveryError: The file is empty, or no line of it begins like a message.
    """
    dates = _dates(lines_of(file.text()))
    if not dates:
        told = "" if next(lines_of(file.text()), "") else "; it is empty"
        raise file.fault(
            f"no line of the file begins like a message of a chat{told}",
            "such as `[9/22/26, 10:17:02 AM] Name: text`; export the chat as text",
        )
    order = date_order(dates) or file_format.date_order
    lines = enumerate(lines_of(file.text()), start=1)
    head: list[str] = []
    number, line = next(lines)
    while not line.strip(_BLANKS):
        head += [line] if len(head) < MAX_BLANK_LINES else []
        number, line = next(lines)
    read_as = file_format.model_copy(update={"encoding": file.encoding, "date_order": order})
    rows = _rows(number, line, lines, order)
    return RowReader(COLUMNS, rows, "".join(head) or None, read_as)


Date = tuple[int, int, int]


def _dates(lines: Iterator[str]) -> list[tuple[str, Date]]:
    """The dates of a chat, in their order, each with its sign; one for a run of the same."""
    dates: list[tuple[str, Date]] = []
    for found in filter(None, map(_MESSAGE.match, lines)):
        date = (found["sign"], _numbers(found))
        if not dates or dates[-1] != date:
            dates.append(date)
    return dates


def _numbers(found: re.Match[str]) -> Date:
    return int(found["first"]), int(found["second"]), int(found["third"])


def date_order(dates: list[tuple[str, Date]]) -> str | None:
    """The one order of year, month and day in which a chat's dates make sense; null if not one.

    A month has at most 12, time goes on from line to line, and where dots part the numbers the
    day is the first.

    >>> date_order([("/", (9, 22, 26))]), date_order([("/", (1, 2, 26)), ("/", (2, 3, 26))])
    ('mdy', None)
    >>> date_order([("/", (1, 2, 26)), ("/", (12, 1, 26)), ("/", (1, 3, 26))])
    """
    numbers = [date for _, date in dates]
    if all(first > 31 for first, _, _ in numbers):
        return "ymd"
    possible = [
        order
        for order, month in (("dmy", 1), ("mdy", 0))
        if all(0 < date[month] <= 12 and 0 < date[1 - month] <= 31 for date in numbers)
    ]
    if len(possible) > 1 and all(sign == "." for sign, _ in dates):
        return "dmy"
    if len(possible) > 1:
        possible = [order for order in possible if _goes_on(numbers, order)]
    return possible[0] if len(possible) == 1 else None


def _goes_on(numbers: list[Date], order: str) -> bool:
    days = [_ymd(date, order) for date in numbers]
    return all(one <= next_one for one, next_one in pairwise(days))


def _ymd(date: Date, order: str) -> Date:
    one, two, three = date
    year, month, day = {"ymd": date, "dmy": (three, two, one), "mdy": (three, one, two)}[order]
    return (year + 2000 if year < 100 else year), month, day


def _rows(
    number: int, line: str, lines: Iterator[tuple[int, str]], order: str | None
) -> Iterator[Row]:
    places: dict[tuple[str, str], int] = {}
    taken, characters = [line], len(line)
    for next_number, next_line in lines:
        if _MESSAGE.match(next_line):
            yield _row(number, taken, characters, order, places)
            number, taken, characters = next_number, [next_line], len(next_line)
        else:
            characters += len(next_line)
            if characters <= MAX_ROW_CHARACTERS and next_line.__class__ is not CutLine:
                taken.append(next_line)
            else:
                characters = MAX_ROW_CHARACTERS + 1
    yield _row(number, taken, characters, order, places)


def _row(
    number: int, taken: list[str], characters: int, order: str | None,
    places: dict[tuple[str, str], int],
) -> Row:  # fmt: skip
    raw = "".join(taken)
    if characters > MAX_ROW_CHARACTERS or taken[0].__class__ is CutLine:
        return Row(number, escaped(raw[:KEPT_CHARACTERS]), None, TOO_LONG)
    if has_stray_bytes(raw):
        return Row(number, escaped(raw), None, STRAY_BYTES)
    found = _MESSAGE.match(raw)
    if found is None:
        return Row(number, raw, None, NO_MESSAGE)
    named = _AUTHOR.match(raw, found.end())
    author = _STRIPPED.sub("", named["author"]).strip() if named else ""
    text = raw[named.end() if named else found.end() :].rstrip("\r\n")
    minute = f"{found['date']} {found['hour']}:{found['minute']}{found['half']}"
    message = {
        "sent_at": " ".join((found["date"] + found["between"] + found["clock"]).split()),
        "author": author,
        "text": text.replace("\r\n", "\n"),
        "place": _place(places, (minute, author)),
        "sent_at_iso": _iso(found, order),
    }
    stated = {name: value for name, value in message.items() if value}
    return Row(number, raw, json.dumps(stated, ensure_ascii=False), None)


def _place(places: dict[tuple[str, str], int], key: tuple[str, str]) -> int:
    places[key] = places.get(key, 0) + 1
    if len(places) > _MAX_PLACES:
        places.pop(next(iter(places)))  # a minute long gone
    return places[key]


def _iso(found: re.Match[str], order: str | None) -> str | None:
    """The time of a message as ISO 8601; null where it is none, or might be two."""
    if order is None:
        return None
    year, month, day = _ymd(_numbers(found), order)
    hour, half = int(found["hour"]), (found["half"] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        at = datetime(year, month, day, hour, int(found["minute"]), int(found["seconds"] or 0))
    except ValueError:
        return None
    return at.isoformat(sep=" ")
