"""How delimited text is laid out: what parts its columns, where its header is, what it says."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

DELIMITERS = (",", ";", "\t", "|", "^", "~", "\x01")
SEEN_BY_READER = frozenset(",;\t|")
"""Those that a reader finds by the header alone."""
SEEN_FOR_LAYOUT = 300
"""Rows that are enough to see the layout."""
SEEN_ROWS = 2000
"""Rows of the head that are looked at."""
_CALLED = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}

_DATUM = re.compile(
    r"[^@\s]+@[^@\s]+\.\w+"  # an email
    r"|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[ T].*)?"  # a date
    r"|[-+]?[\d.,\u00a0 ]*\d[\d.,]*%?"  # a number
    r"|\(?\+?\d[\d ()./-]{6,}\d",  # a phone
    re.DOTALL,
)


@dataclass(frozen=True)
class Layout:
    """How delimited text is laid out; without a header, columns are called by their places.

    ``skip_lines`` are lines before the header; ``share`` is the part of the rows that have as
    many columns as the header.
    """

    delimiter: str
    quote: str
    skip_lines: int
    header_rows: int
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    counted: int
    alike: int

    @property
    def delimiter_reason(self) -> str:
        """Why this sign parts the columns."""
        called = _CALLED.get(self.delimiter, "sign")
        return f"{self.alike} of {self.counted} rows have {self.width} columns by this {called}"

    @property
    def width(self) -> int:
        """How many columns there are."""
        return len(self.header) or (len(self.rows[0]) if self.rows else 0)


@dataclass(frozen=True)
class _Record:
    line: int
    cells: tuple[str, ...]

    @property
    def filled(self) -> int:
        return sum(bool(cell.strip()) for cell in self.cells)


def layout_of(text: str, *, further: Sequence[str] = ()) -> Layout:
    r"""Find the layout of delimited text, and its rows.

    ``further`` are whole lines from other places of the file: of those, rows that do not have as
    many columns as the header are left out, since they may begin within a quoted cell.

    >>> found = layout_of('Export of May\n\nid;name\n1;Ann\n2;"Lee; Bo"\n')
    >>> found.delimiter, found.skip_lines, found.header, found.rows
    (';', 2, ('id', 'name'), (('1', 'Ann'), ('2', 'Lee; Bo')))
    """
    quote = _quote_of(text)
    whole = _layout(text, quote, further)
    # Of a broken quote and a cell of many lines, whichever leaves more rows alike.
    closed = _without_unclosed(text, quote)
    mended = _layout(closed, quote, further) if closed != text else whole
    return mended if mended.alike * mended.width > whole.alike * whole.width else whole


def _layout(text: str, quote: str, further: Sequence[str]) -> Layout:
    delimiter = max(DELIMITERS, key=lambda sign: _consistency(text, sign, quote))
    records = list(_records(text, delimiter, quote, SEEN_ROWS + 50))
    width = _usual_width(records[:SEEN_FOR_LAYOUT]) or 1
    start = _first_row(records, width)
    first = records[start].cells if records else ()
    second = records[start + 1].cells if start + 1 < len(records) else ()
    header_rows = 0 if _looks_like_data(first) else 1
    if _is_of_two_rows(first, second, records[start + 2 :]):
        header_rows = 2
    named = first if header_rows else [""] * len(first)
    header = _names(named, second if header_rows == 2 else None)
    body = records[start + header_rows :]
    rows = [record.cells for record in body[:SEEN_ROWS] if len(record.cells) == width]
    for lines in further:
        more = _records(lines, delimiter, quote, SEEN_ROWS)
        rows += [record.cells for record in more if len(record.cells) == width]
    return Layout(
        delimiter=delimiter,
        quote=quote,
        skip_lines=records[start].line - 1 if records else 0,
        header_rows=header_rows,
        header=header,
        rows=tuple(rows),
        counted=len(records) - start,
        alike=sum(len(record.cells) == width for record in records[start:]),
    )


_LONGEST_CELL = 20
"""Lines that a quoted cell may span before its quote counts as never closed."""


def _without_unclosed(text: str, quote: str) -> str:
    """The text without lines whose quote is never closed: such a one would swallow those after it.

    A quote that closes only after lines that look like all the others was not opened for them.
    """
    lines = text.splitlines(keepends=True)
    usual = {
        sign: Counter(line.count(sign) for line in lines).most_common(1) for sign in DELIMITERS
    }
    parts = {sign: found[0][0] for sign, found in usual.items() if found and found[0][0]}

    def is_usual(line: str) -> bool:
        return any(line.count(sign) == count for sign, count in parts.items())

    kept: list[str] = []
    place = 0
    while place < len(lines):
        end = place
        if lines[place].count(quote) % 2:
            within = range(place + 1, min(len(lines), place + _LONGEST_CELL))
            close = next((n for n in within if lines[n].count(quote) % 2), None)
            if close is None or any(is_usual(line) for line in lines[place + 1 : close]):
                place += 1
                continue
            end = close
        kept += lines[place : end + 1]
        place = end + 1
    return "".join(kept)


def _records(text: str, delimiter: str, quote: str, most: int) -> Iterator[_Record]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quotechar=quote)
    line = 1
    for _ in range(most):
        try:
            cells = next(reader, None)
        except csv.Error:
            return
        if cells is None:
            return
        if cells:
            yield _Record(line, tuple(cells))
        line = reader.line_num + 1


def _quote_of(text: str) -> str:
    """An apostrophe where cells stand in apostrophes and none in double quotes."""
    start = text[:20_000]
    apostrophes = re.findall(r"(?:^|[,;\t|])'[^'\n]*'(?=[,;\t|\r\n])", start, re.MULTILINE)
    doubles = re.findall(r'(?:^|[,;\t|])"', start, re.MULTILINE)
    return "'" if len(apostrophes) >= 4 and not doubles else '"'


def _consistency(text: str, delimiter: str, quote: str) -> tuple[float, int]:
    """The share of rows with the usual number of columns, and that number; of one column, none."""
    records = list(_records(text, delimiter, quote, SEEN_FOR_LAYOUT))
    width = _usual_width(records)
    if width < 2:
        return 0.0, 0
    return sum(len(r.cells) == width for r in records) / len(records), width


def _usual_width(records: Sequence[_Record]) -> int:
    """The number of columns that most rows have; the larger one on a tie."""
    counted = Counter(len(record.cells) for record in records)
    return max(counted, key=lambda width: (counted[width], width), default=0)


def _first_row(records: Sequence[_Record], width: int) -> int:
    """Where the header stands: the first row as wide as the others and not nearly empty."""
    least = min(width, max(2, round(0.3 * width)))
    places = (p for p, r in enumerate(records) if len(r.cells) == width and r.filled >= least)
    return next(places, 0)


def is_datum(cell: str) -> bool:
    """Whether a cell is a value rather than a name: an email, a date, a number, a phone."""
    # What is longer is a text, and looking for a number in it would take its time.
    return len(cell) <= 200 and bool(_DATUM.fullmatch(cell.strip()))


def _looks_like_data(cells: Sequence[str]) -> bool:
    filled = [cell.strip() for cell in cells if cell.strip()]
    values = [cell for cell in filled if is_datum(cell)]
    telling = [cell for cell in values if "@" in cell or re.match(r"\d{1,4}[-/.]\d", cell)]
    return bool(telling) or 2 * len(values) > len(filled)


def _is_of_two_rows(first: Sequence[str], second: Sequence[str], body: Sequence[_Record]) -> bool:
    """Whether a second row names the columns that the first one leaves blank."""
    if len(first) != len(second) or not body:
        return False
    fills = any(not a.strip() and b.strip() for a, b in zip(first, second, strict=True))
    if not fills or any(map(is_datum, second)) or any(map(is_datum, first)):
        return False
    return any(is_datum(cell) for record in body[:20] for cell in record.cells)


def _names(first: Sequence[str], second: Sequence[str] | None) -> tuple[str, ...]:
    """Column names as a reader makes them: a second ``Notes`` is ``Notes_2``."""
    names = list(first)
    if second is not None:
        group = ""
        for place, (above, below) in enumerate(zip(first, second, strict=True)):
            group = above.strip() or group
            upper = above.strip() or (group if below.strip() else "")
            names[place] = " - ".join(part for part in (upper, below.strip()) if part)
    seen: Counter[str] = Counter()
    unique = []
    for place, name in enumerate(names, start=1):
        plain = name.strip() or f"column_{place}"
        seen[plain] += 1
        unique.append(plain if seen[plain] == 1 else f"{plain}_{seen[plain]}")
    return tuple(unique)
