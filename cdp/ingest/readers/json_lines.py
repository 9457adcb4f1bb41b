"""JSON Lines: one object a line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from cdp.ingest.readers.json_cells import FaultyJsonError, fields_of, parsed
from cdp.ingest.readers.row import (
    MAX_BLANK_LINES,
    STRAY_BYTES,
    TOO_LONG,
    Row,
    RowReader,
    with_blank_lines,
)
from cdp.ingest.readers.texts import MARK, CutLine, TextFile, lines_of
from cdp.ingest.readers.verbatim import escaped, has_stray_bytes
from cdp.project import FileFormat

_DOCUMENT = re.compile(r"\s*(?:\[\s*(?:\{|$)|\{\s*$)")
"""How the first line begins of a file that is one document: an array, or an object written over
several lines."""


def read_json_lines(file: TextFile, file_format: FileFormat) -> RowReader:
    """The objects of JSON Lines, one a row.

    Raises:
        DeliveryError: The file is one JSON document.
    """
    lines = lines_of(file.text())
    head: list[str] = []
    first = next(lines, "")
    if first.startswith(MARK):
        head, first = [MARK], first.__class__(first[1:])
    number = 1
    while first and not first.strip():
        head += [first] if len(head) < MAX_BLANK_LINES else []
        first, number = next(lines, ""), number + 1
    if _DOCUMENT.match(first):
        raise file.fault(
            "the file is one JSON document, not one object a line",
            "say `format: json` in its source contract",
        )
    found = _rows(chain([first], lines) if first else iter(()), number, fields_of(file_format))
    read_as = file_format.model_copy(update={"encoding": file.encoding})
    return RowReader(None, found, "".join(head) or None, read_as)


def _rows(
    lines: Iterator[str], number: int, made: Callable[[str, dict[str, Any]], str]
) -> Iterator[Row]:
    """Rows; blank lines belong to the row before them."""
    pending: Row | None = None
    blank: list[str] = []
    for source_row, line in enumerate(lines, start=number):
        text = line.rstrip("\r\n")
        fields, fault = None, None
        if line.__class__ is CutLine:
            fault = TOO_LONG
        elif not line.isascii() and has_stray_bytes(line):
            fault = STRAY_BYTES
        elif not text or text.isspace():
            if len(blank) < MAX_BLANK_LINES:
                blank.append(line)
            continue
        else:
            try:
                fields = made(text, parsed(text))
            except FaultyJsonError as found:
                fault = str(found)
        if pending is not None:
            yield with_blank_lines(pending, blank) if blank else pending
        is_odd = fault in (STRAY_BYTES, TOO_LONG)
        pending = Row(source_row, escaped(line) if is_odd else line, fields, fault)
    if pending is not None:
        yield with_blank_lines(pending, blank) if blank else pending
