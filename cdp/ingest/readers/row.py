"""What every reader gives: rows with their verbatim text, and what stood before the first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from cdp.project import FileFormat

MAX_ROW_CHARACTERS = 16 * 1024 * 1024
"""A row longer than this is not held in memory: its beginning is kept, with a fault."""

MAX_BLANK_LINES = 1 << 20
"""Blank lines in a row that are kept: they belong to the row before them."""

KEPT_CHARACTERS = 64 * 1024
"""How much is kept of a row that is too long."""

STRAY_BYTES = "bytes that are not in the file's encoding"
TOO_LONG = f"longer than {MAX_ROW_CHARACTERS // 2**20} Mi characters; its beginning is kept"


class Row(NamedTuple):
    """One row of a file.

    ``source_row`` is the line where it starts, from 1 (JSON documents and Parquet: its place
    among the rows); ``raw`` its text as it stands in the file, with its line end and the blank
    lines after it; ``fields`` a JSON object, null when ``fault`` says why the row could not be
    read. Empty cells are left out of ``fields``.
    """

    source_row: int
    raw: str
    fields: str | None
    fault: str | None


def with_blank_lines(row: Row, blank: list[str]) -> Row:
    """A row with the blank lines that follow it; the list is emptied."""
    raw = row.raw + "".join(blank)
    blank.clear()
    return row._replace(raw=raw)


@dataclass(frozen=True)
class RowReader:
    """An open file.

    ``header`` are the columns that it names (null where it names none), ``head`` is the verbatim
    text before the first row (null where there is none), ``read_as`` its format with what the
    file itself shows: its encoding, what parts its columns.
    """

    header: tuple[str, ...] | None
    rows: Iterator[Row]
    head: str | None
    read_as: FileFormat
