"""CSV files of bounded size, and what became of each."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

Row = Sequence[object]


@dataclass(frozen=True)
class WrittenFile:
    """A file as the manifest names it."""

    name: str
    rows: int
    bytes: int
    sha256: str


def write_parts(
    folder: Path, stem: str, header: Sequence[str], rows: Iterable[Row], *, max_bytes: int | None
) -> list[WrittenFile]:
    """Write rows as one file, or as numbered parts when one would be larger than it may be.

    Every part begins with the header. UTF-8, LF, quotes as RFC 4180 wants them. Without rows
    there is one file with the header alone.
    """
    parts = list(_parts(header, rows, max_bytes))
    written = []
    for number, (count, text) in enumerate(parts, 1):
        name = f"{stem}.csv" if len(parts) == 1 else f"{stem}_{number:03}.csv"
        (folder / name).write_bytes(text)
        written.append(WrittenFile(name, count, len(text), hashlib.sha256(text).hexdigest()))
    return written


def _parts(
    header: Sequence[str], rows: Iterable[Row], max_bytes: int | None
) -> Iterator[tuple[int, bytes]]:
    head = _line(header)
    lines, size = [head], len(head)
    for row in rows:
        line = _line(row)
        if max_bytes is not None and len(lines) > 1 and size + len(line) > max_bytes:
            yield len(lines) - 1, b"".join(lines)
            lines, size = [head], len(head)
        lines.append(line)
        size += len(line)
    yield len(lines) - 1, b"".join(lines)


def _line(row: Row) -> bytes:
    buffer = io.StringIO()
    # The writer quotes a carriage return only when it may end a line.
    csv.writer(buffer, lineterminator="\r\n").writerow([text_of(value) for value in row])
    return buffer.getvalue().removesuffix("\r\n").encode("utf-8") + b"\n"


def text_of(value: object) -> str:
    """A value as imports read it: ISO dates, instants in UTC, true and false, null as nothing.

    >>> text_of(datetime(2026, 5, 1, 9, 30)), text_of(date(2026, 5, 1)), text_of(True)
    ('2026-05-01T09:30:00.000Z', '2026-05-01', 'true')
    """
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.isoformat(timespec="milliseconds") + "Z"
        case date():
            return value.isoformat()
        case _:
            return str(value)
