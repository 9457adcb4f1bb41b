"""CSV files of bounded size, and what became of each."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

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
    there is one file with the header alone. A row too large for any part has one of its own.
    """
    written: list[WrittenFile] = []
    coming = (_line(row) for row in rows)
    line = next(coming, None)
    while line is not None or not written:
        with _part(folder / f"{stem}_{len(written) + 1:03}.csv", _line(header)) as part:
            while line is not None and part.takes(line, max_bytes):
                part.add(line)
                line = next(coming, None)
        written.append(part.told())
    if len(written) == 1:
        only = written[0]
        (folder / only.name).rename(folder / f"{stem}.csv")
        written = [WrittenFile(f"{stem}.csv", only.rows, only.bytes, only.sha256)]
    return written


class _Part:
    def __init__(self, name: str, stream: BinaryIO, head: bytes) -> None:
        self._name, self._stream = name, stream
        self._digest = hashlib.sha256()
        self._rows, self._size = -1, 0
        self.add(head)

    def takes(self, line: bytes, max_bytes: int | None) -> bool:
        return max_bytes is None or not self._rows or self._size + len(line) <= max_bytes

    def add(self, line: bytes) -> None:
        self._stream.write(line)
        self._digest.update(line)
        self._rows += 1
        self._size += len(line)

    def told(self) -> WrittenFile:
        return WrittenFile(self._name, self._rows, self._size, self._digest.hexdigest())


@contextmanager
def _part(path: Path, head: bytes) -> Iterator[_Part]:
    with path.open("wb") as stream:
        yield _Part(path.name, stream, head)


def _line(row: Row) -> bytes:
    buffer = io.StringIO()
    # The writer quotes a carriage return only when it may end a line.
    csv.writer(buffer, lineterminator="\r\n").writerow([text_of(value) for value in row])
    return buffer.getvalue().removesuffix("\r\n").encode("utf-8") + b"\n"


def text_of(value: object) -> str:
    """A value as imports read it: ISO dates, instants in UTC, true and false, null as nothing.

    >>> text_of(datetime(2026, 5, 1, 9, 30)), text_of(date(2026, 5, 1)), text_of(True)
    ('2026-05-01T09:30:00.000000Z', '2026-05-01', 'true')
    """
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.isoformat(timespec="microseconds") + "Z"
        case date():
            return value.isoformat()
        case _:
            return str(value)
