"""JSON Lines: one object a line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any

from cdp.ingest.readers.json_cells import FaultyJsonError, fields_of, keeps_text, parsed
from cdp.ingest.readers.plain_lines import json_fields, plain_rows, stretch_of
from cdp.ingest.readers.row import (
    MAX_BLANK_LINES,
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
    found = _rows(chain([first], lines) if first else iter(()), number, file_format)
    read_as = file_format.model_copy(update={"encoding": file.encoding})
    return RowReader(None, with_blank_lines(found), "".join(head) or None, read_as)


def _rows(lines: Iterator[str], number: int, file_format: FileFormat) -> Iterator[Portion | str]:
    """Rows and blank lines: stretches of plain lines at once, others one by one."""
    made, is_text_kept = fields_of(file_format), keeps_text(file_format)
    while stretch := stretch_of(lines):
        done = 0
        for start, rows in plain_rows(stretch, number, json_fields) if is_text_kept else ():
            yield from _one_by_one(stretch[done:start], number + done, made)
            yield rows
            done = start + rows.height
        yield from _one_by_one(stretch[done:], number + done, made)
        number += len(stretch)


def _one_by_one(
    lines: Sequence[str], number: int, made: Callable[[str, dict[str, Any]], str]
) -> Iterator[Row | str]:
    for source_row, line in enumerate(lines, start=number):
        yield _row(source_row, line, made)


def _row(source_row: int, line: str, made: Callable[[str, dict[str, Any]], str]) -> Row | str:
    """The row of a line, or the line itself where it is blank."""
    if line.__class__ is CutLine:
        return Row(source_row, escaped(line), None, TOO_LONG)
    if not line.isascii() and has_stray_bytes(line):
        return Row(source_row, escaped(line), None, STRAY_BYTES)
    text = line.rstrip("\r\n")
    if not text or text.isspace():
        return line
    try:
        return Row(source_row, line, made(text, parsed(text)), None)
    except FaultyJsonError as found:
        return Row(source_row, line, None, str(found))
