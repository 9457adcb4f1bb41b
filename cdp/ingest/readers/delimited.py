"""Delimited text: CSV and its kin, with preambles, several header rows, quoted line breaks.

Python's csv module reads quoted rows here, not a bulk parser: a bulk parser returns the values
but not the text that they came from, merges a line after an unclosed quote into the row before,
and cannot say at which line a row began. A row that cannot be read is a row with a fault. Only
lines that are plain rows by themselves, where all parsers agree, are read in bulk.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from json.encoder import encode_basestring

from cdp.ingest.readers.headers import delimiter_of, joined_names, unique_names
from cdp.ingest.readers.plain_lines import delimited_fields, plain_rows, stretch_of
from cdp.ingest.readers.row import (
    MAX_BLANK_LINES,
    MAX_ROW_CHARACTERS,
    STRAY_BYTES,
    TOO_LONG,
    Portion,
    Row,
    RowReader,
    with_blank_lines,
)
from cdp.ingest.readers.texts import MARK, CutLine, TextFile, lines_of
from cdp.ingest.readers.verbatim import escaped, has_stray_bytes
from cdp.project import FileFormat

MAX_LINES_PER_ROW = 500
"""A quoted value may span lines; past so many, its quote was never closed."""

_SPARE_LINES, _PATIENCE, _FEW_LINES = 10_000, 10, 8
"""Lines that may be read again for the sake of unclosed quotes: so many, and so many times the
lines read; after that a value may span but a few."""

_UNCLOSED = "a quote that is not closed"
_BAD_QUOTE = "a quote that is not closed, or text after a closing quote"

csv.field_size_limit(MAX_ROW_CHARACTERS)


@dataclass(frozen=True)
class _Dialect:
    delimiter: str
    quote: str


def read_delimited(file: TextFile, file_format: FileFormat) -> RowReader:
    """The rows of delimited text, each with as many cells as the header names.

    Raises:
        DeliveryError: There is no header, or it is in another encoding.
    """
    lines = _Lines(lines_of(file.text()))
    taken = [lines.mark()]
    taken += [line for _ in range(file_format.skip_lines) if (line := next(lines, ""))]
    taken += lines.blank_ones()
    delimiter = file_format.delimiter or delimiter_of(lines.first())
    dialect = _Dialect(delimiter, file_format.quote)
    header = _header(lines, dialect, file_format.header_rows)
    taken.append(lines.accept())
    if not header:
        raise file.fault(
            "the file has no header line",
            "deliver it with its header, or mend `format` in its source contract",
        )
    taken += lines.blank_ones()
    head = "".join(taken)
    _refuse_odd_head(file, head, header)
    read_as = file_format.model_copy(update={"encoding": file.encoding, "delimiter": delimiter})
    rows = with_blank_lines(_rows(lines, header, dialect))
    return RowReader(header, rows, head or None, read_as)


def _refuse_odd_head(file: TextFile, head: str, header: Sequence[str]) -> None:
    mend = "mend `format` in its source contract"
    if has_stray_bytes(head):
        what = f"the lines before the first row hold bytes that are not in {file.encoding}"
        raise file.fault(what, "state their `encoding`, such as cp1252, under `format`")
    if "\0" in head:
        raise file.fault("the header holds NUL bytes", f"if it is UTF-16, {mend}")
    if header[0].startswith(("{", "[{")):
        raise file.fault("the file begins like JSON, not with a header", mend)


def _header(lines: _Lines, dialect: _Dialect, rows: int) -> tuple[str, ...]:
    """The names of the columns, none where there are none; the lines that name them are taken."""
    parser = lines.parser(dialect)
    try:
        named = [next(parser, []) for _ in range(rows or 1)]
    except csv.Error:
        return ()
    if not named[0]:
        return ()
    if rows == 0:
        lines.hand_back(0)
        return tuple(f"column_{place}" for place in range(1, len(named[0]) + 1))
    return unique_names(joined_names(named))


class _Lines:
    """Lines that can be handed back; those of the row at hand are in ``taken``."""

    def __init__(self, fresh: Iterator[str]) -> None:
        self.fresh = fresh
        self.back: deque[str] = deque()
        self.taken: list[str] = []
        self.accepted = 0
        self._characters = 0
        self._read_again = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        """The next line, to no row."""
        self.accepted += 1
        return self.back.popleft() if self.back else next(self.fresh)

    def mark(self) -> str:
        """The byte-order mark of the file, taken; nothing where there is none."""
        line = self.first()
        if not line.startswith(MARK):
            return ""
        self.back[0] = line.__class__(line[1:])
        return MARK

    def first(self) -> str:
        """The line that comes next; it is still to be read."""
        if not self.back:
            self.back.extend(line for line in (next(self.fresh, ""),) if line)
        return self.back[0] if self.back else ""

    def blank_ones(self) -> list[str]:
        """The blank lines that come next, taken."""
        blank: list[str] = []
        while (line := self.first()) and not line.strip("\r\n"):
            next(self)
            if len(blank) < MAX_BLANK_LINES:
                blank.append(line)
        return blank

    def parser(self, dialect: _Dialect) -> Iterator[list[str]]:
        """A parser that takes lines for one row after another."""
        return csv.reader(
            self._for_a_row(), delimiter=dialect.delimiter, quotechar=dialect.quote, strict=True
        )

    def _for_a_row(self) -> Iterator[str]:
        while True:
            self._refuse_endless_row()
            line = self.back.popleft() if self.back else next(self.fresh, None)
            if line is None:
                return
            self.taken.append(line)
            self._characters += len(line)
            if line.__class__ is CutLine:
                raise csv.Error(TOO_LONG)
            yield line

    def _refuse_endless_row(self) -> None:
        # Lines that were read for a row and handed back are read again. A file in which every
        # line opens a quote would be read five hundred times over, so patience wears out.
        is_patient = self._read_again < _SPARE_LINES + _PATIENCE * self.accepted
        lines = MAX_LINES_PER_ROW if is_patient else _FEW_LINES
        if len(self.taken) >= lines or self._characters > MAX_ROW_CHARACTERS:
            raise csv.Error(_UNCLOSED)

    def accept(self) -> str:
        """The text of the lines taken since the last call."""
        raw = self.taken[0] if len(self.taken) == 1 else "".join(self.taken)
        self.accepted += len(self.taken)
        self._characters = 0
        self.taken.clear()
        return raw

    def hand_back(self, kept: int) -> None:
        """All lines taken but the first ones are to be read again."""
        again = self.taken[kept:]
        self.back.extendleft(reversed(again))
        del self.taken[kept:]
        self._characters -= sum(map(len, again))
        self._read_again += len(again)


class _QuotedRows:
    """Reads the rows that have quotes, with csv."""

    def __init__(self, lines: _Lines, dialect: _Dialect) -> None:
        self._lines, self._dialect = lines, dialect
        self._parser = lines.parser(dialect)

    def read(self, line: str, width: int) -> tuple[list[str], str | None]:
        """The cells of the row that begins with a line, and its fault; its lines are taken."""
        lines, fault = self._lines, None
        lines.back.appendleft(line)
        try:
            cells = next(self._parser)
        except csv.Error:
            cells, fault = [], TOO_LONG if lines.taken[-1].__class__ is CutLine else _BAD_QUOTE
        if len(lines.taken) > 1 and (fault or len(cells) != width):
            # The quote that swallowed the following lines is at fault, not they.
            fault = _UNCLOSED
            lines.hand_back(1)
        if fault:
            self._parser = lines.parser(self._dialect)
        return cells, fault


def _rows(lines: _Lines, header: Sequence[str], dialect: _Dialect) -> Iterator[Portion | str]:
    """Rows and blank lines: stretches of plain lines at once, others one by one."""
    back, quoted = lines.back, _QuotedRows(lines, dialect)
    names = [f"{encode_basestring(name)}: " for name in header]
    fields_of = delimited_fields(header, dialect.delimiter, dialect.quote)
    while True:
        while back:
            yield _row(lines, quoted, names, dialect)
        before, stretch = lines.accepted, stretch_of(lines.fresh)
        if not stretch:
            return
        back.extend(stretch)
        for start, rows in plain_rows(stretch, before + 1, fields_of) if fields_of else ():
            while lines.accepted - before < start:
                yield _row(lines, quoted, names, dialect)
            # A quoted row may have taken some of them already.
            rest = rows[lines.accepted - before - start :]
            if rest.height:
                for _ in range(rest.height):
                    next(lines)
                yield rest


def _row(lines: _Lines, quoted: _QuotedRows, names: Sequence[str], dialect: _Dialect) -> Row | str:
    """The row that comes next, or the line where it is blank."""
    line, start, width, fault = lines.back.popleft(), lines.accepted + 1, len(names), None
    if dialect.quote in line or line.__class__ is CutLine:
        cells, fault = quoted.read(line, width)
        raw = lines.accept()
    else:
        # As csv would, but faster: nothing but a quote makes a delimiter part of a cell.
        raw, body, lines.accepted = line, line.rstrip("\r\n"), start
        if not body:
            return line
        cells = body.split(dialect.delimiter)
    if fault is None and len(cells) == width and (raw.isascii() or not has_stray_bytes(raw)):
        stated = [n + encode_basestring(c) for n, c in zip(names, cells, strict=True) if c]
        return Row(start, raw, f"{{{', '.join(stated)}}}", None)
    return _faulty(start, raw, fault or f"{len(cells)} columns where the header names {width}")


def _faulty(source_row: int, raw: str, fault: str) -> Row:
    if has_stray_bytes(raw):
        return Row(source_row, escaped(raw), None, fault if fault == TOO_LONG else STRAY_BYTES)
    return Row(source_row, raw, None, fault)
