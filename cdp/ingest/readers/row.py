"""What every reader gives: rows with their verbatim text, and what stood before the first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

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


ROWS = pl.Schema(
    {"source_row": pl.Int64, "raw": pl.String, "fields": pl.String, "fault": pl.String}
)
"""Rows as a frame."""

Portion = Row | pl.DataFrame
"""A row, or a frame of some."""


def with_blank_lines(found: Iterator[Portion | str]) -> Iterator[Portion]:
    """Rows, each with the blank lines that follow it; those before the first are its, too."""
    pending: Row | None = None
    blank: list[str] = []
    for one in found:
        if isinstance(one, str):
            blank += [one] if len(blank) < MAX_BLANK_LINES else []
            continue
        if pending is not None:
            yield _followed(pending, blank)
        if isinstance(one, pl.DataFrame):
            if one.height > 1:
                yield one.head(-1)
            pending = Row(*one.row(-1))
        else:
            pending = one
    if pending is not None:
        yield _followed(pending, blank)


def _followed(row: Row, blank: list[str]) -> Row:
    """A row with blank lines; the list is emptied."""
    if not blank:
        return row
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
    portions: Iterator[Portion]
    head: str | None
    read_as: FileFormat

    @property
    def rows(self) -> Iterator[Row]:
        """The rows one by one."""
        for portion in self.portions:
            if isinstance(portion, Row):
                yield portion
            else:
                yield from map(Row._make, portion.iter_rows())
