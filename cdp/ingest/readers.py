"""Read a file row by row, keeping each row's verbatim text beside its fields.

Python's csv module reads delimited text here, not a bulk parser: a bulk parser returns the
values but not the text that they came from, merges a line after an unclosed quote into the row
before, and cannot say at which line a row began. A row that cannot be read is a row with a
fault; only a file that cannot be read at all raises.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import re
import zlib
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from cdp.errors import DeliveryError
from cdp.project import FileFormat

MAX_LINES_PER_ROW = 500
"""A quoted value may span lines; past so many, its quote was never closed."""

DELIMITERS = (",", ";", "\t", "|")
"""What may part columns where the contract does not say."""

csv.field_size_limit(16 * 1024 * 1024)


@dataclass(frozen=True)
class Row:
    """One row of a file.

    ``source_row`` is the line where it starts, from 1; ``fields`` a JSON object, null when
    ``fault`` says why the row could not be read. Empty cells are left out of ``fields``.
    """

    source_row: int
    raw: str
    fields: str | None
    fault: str | None


@dataclass(frozen=True)
class RowReader:
    """An open file: the columns that it names (null where it names none) and its rows."""

    header: tuple[str, ...] | None
    rows: Iterator[Row]


@dataclass(frozen=True)
class _Dialect:
    delimiter: str
    quote: str


@contextmanager
def open_rows(path: Path, file_format: FileFormat) -> Iterator[RowReader]:
    """Open a file by its format; ``.gz`` is unpacked on the way.

    Raises:
        DeliveryError: The file cannot be opened, unpacked or has no header.
    """
    try:
        with _open_text(path, file_format.encoding) as text:
            if file_format.type == "jsonl":
                yield RowReader(None, _json_rows(text))
            else:
                yield _csv_reader(text, file_format, path)
    except (OSError, EOFError, zlib.error, LookupError, UnicodeError) as fault:
        raise DeliveryError(
            what=f"the file cannot be read ({type(fault).__name__})",
            where=path.name,
            next_step="deliver it again whole, or mend `format` in its source contract",
        ) from fault


def _open_text(path: Path, encoding: str) -> IO[str]:
    is_default = encoding.lower().replace("_", "-") in ("utf-8", "utf8")
    known = _unicode_of(path) if is_default else encoding
    # A stray byte must cost its row, not its file: it is smuggled through and found per row.
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding=known, errors="surrogateescape", newline="")
    return path.open("rt", encoding=known, errors="surrogateescape", newline="")


def _unicode_of(path: Path) -> str:
    """UTF-16 when the file begins with its mark, as spreadsheets write it; else UTF-8."""
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as start:
        mark = start.read(2)
    return "utf-16" if mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"


def _json_rows(text: IO[str]) -> Iterator[Row]:
    for number, line in enumerate(text, start=1):
        raw = line.rstrip("\r\n")
        if not raw.strip():
            continue
        readable, fault = _decoded(raw)
        if fault is None:
            fault = _json_fault(readable)
        yield Row(number, readable, None if fault else readable, fault)


def _json_fault(line: str) -> str | None:
    try:
        found = json.loads(line)
    except ValueError:
        return "not valid JSON"
    except RecursionError:
        return "JSON nested too deep"
    if not isinstance(found, dict):
        return "JSON, but not an object"
    return None


def _decoded(raw: str) -> tuple[str, str | None]:
    if raw.isascii():
        return raw, None
    try:
        raw.encode("utf-8")
    except UnicodeEncodeError:
        shown = raw.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        return shown, "bytes that are not in the file's encoding"
    return raw, None


class _Lines:
    """Lines with their numbers, which can be handed back."""

    def __init__(self, text: IO[str]) -> None:
        self._text = text
        self._back: deque[str] = deque()
        self.taken: list[str] = []
        self.next_number = 1

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= MAX_LINES_PER_ROW:
            raise csv.Error("unclosed quote")
        line = self._back.popleft() if self._back else next(self._text)
        self.taken.append(line)
        return line

    def accept(self) -> str:
        """The text of the lines taken since the last call."""
        raw = "".join(self.taken)
        self.next_number += len(self.taken)
        self.taken.clear()
        return raw

    def first(self) -> str:
        """The line that comes next; it is still to be read."""
        line = next(self._text, "")
        self._back.append(line)
        return line

    def hand_back_all_but_first(self) -> str:
        """The first line taken; the others are to be read again."""
        self._back.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]
        return self.accept()


def _csv_reader(text: IO[str], file_format: FileFormat, path: Path) -> RowReader:
    lines = _Lines(text)
    dialect = _Dialect(file_format.delimiter or _delimiter_of(lines.first()), file_format.quote)
    try:
        names = next(_parser(lines, dialect), None)
    except csv.Error:
        names = None
    if not names:
        raise DeliveryError(
            what="the file has no header line",
            where=path.name,
            next_step="deliver it with its header, or mend `format` in its source contract",
        )
    lines.accept()
    header = _unique(names)
    return RowReader(header, _csv_rows(lines, header, dialect))


def _delimiter_of(header: str) -> str:
    """The sign that parts a header's names: the one most often outside quotes, a comma on a tie.

    >>> _delimiter_of('id;"name, or firm";e-mail'), _delimiter_of("id")
    (';', ',')
    """
    bare = re.sub(r'"[^"]*"', "", header)
    return max(DELIMITERS, key=bare.count)


def _parser(lines: _Lines, dialect: _Dialect) -> Iterator[list[str]]:
    return csv.reader(lines, delimiter=dialect.delimiter, quotechar=dialect.quote, strict=True)


def _unique(names: list[str]) -> tuple[str, ...]:
    """Column names, made unique: a second ``Notes`` is ``Notes_2``, a blank one ``column_5``."""
    seen: dict[str, int] = {}
    unique = []
    for position, name in enumerate(names, start=1):
        plain = name.strip() or f"column_{position}"
        seen[plain] = seen.get(plain, 0) + 1
        unique.append(plain if seen[plain] == 1 else f"{plain}_{seen[plain]}")
    return tuple(unique)


def _csv_rows(lines: _Lines, header: tuple[str, ...], dialect: _Dialect) -> Iterator[Row]:
    parser = _parser(lines, dialect)
    width = len(header)
    while True:
        start, fault = lines.next_number, None
        try:
            cells = next(parser)
        except StopIteration:
            return
        except csv.Error:
            cells, fault = [], "a quote that is not closed, or text after a closing quote"
        if fault is None and not cells:
            lines.accept()
            continue
        if fault is None and len(cells) != width:
            fault = f"{len(cells)} columns where the header names {width}"
        if fault and len(lines.taken) > 1:
            # The quote that swallowed the following lines is at fault, not they.
            fault = "a quote that is not closed"
        if fault:
            raw = lines.hand_back_all_but_first()
            parser = _parser(lines, dialect)
        else:
            raw = lines.accept()
        readable, undecodable = _decoded(raw.rstrip("\r\n"))
        fault = undecodable or fault
        yield Row(start, readable, None if fault else _as_json(header, cells), fault)


def _as_json(header: tuple[str, ...], cells: list[str]) -> str:
    stated = {name: cell for name, cell in zip(header, cells, strict=True) if cell}
    return json.dumps(stated, ensure_ascii=False)


def read_text(text: str, file_format: FileFormat) -> RowReader:
    r"""The rows of a text in memory, as `open_rows` would read them from a file.

    >>> reader = read_text("id,name\n1,Ann\n2\n", FileFormat(type="csv"))
    >>> [(row.source_row, row.fields, row.fault) for row in reader.rows]
    [(2, '{"id": "1", "name": "Ann"}', None), (3, None, '1 columns where the header names 2')]
    """
    stream = io.StringIO(text, newline="")
    if file_format.type == "jsonl":
        return RowReader(None, _json_rows(stream))
    return _csv_reader(stream, file_format, Path("text"))
