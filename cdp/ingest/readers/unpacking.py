"""The bytes of a file, unpacked on the way; what is no text at all is told by its first bytes."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from pathlib import Path
from typing import IO, BinaryIO, cast

import pyarrow as pa

from cdp.errors import DeliveryError

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_OTHERS = {
    b"PK\x03\x04": "a zip archive or a spreadsheet (.xlsx)",
    b"PK\x05\x06": "an empty zip archive",
    b"\xd0\xcf\x11\xe0": "a spreadsheet or document of old Office (.xls)",
    b"%PDF": "a PDF document",
    b"PAR1": "a Parquet file (`format: parquet`)",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!": "a rar archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"SQLite format 3": "a database",
}
_MARKUP = {b"<!doctype": "a web page", b"<html": "a web page", b"<?xml": "an XML document"}
_START = 512

MAX_UNPACKED_BYTES = 256 * 1024 * 1024
MAX_UNPACKED_TIMES = 200
"""A packed file is refused when it unpacks to more than so many bytes *and* to more than so many
times its size: exports shrink to a tenth, bombs to a thousandth."""


def unpacked(path: Path) -> BinaryIO:
    """Open a file for reading, unpacked if its first bytes say that it is packed.

    The name does not count: a browser may have unpacked what is still called ``.gz``.
    """
    with path.open("rb") as stream:
        start = stream.read(4)
    if start.startswith(_GZIP):
        return _bounded(cast("BinaryIO", gzip.open(path, "rb")), path)
    if start == _ZSTD:
        return _bounded(pa.input_stream(str(path), compression="zstd"), path)
    return path.open("rb")


def refuse_other_kinds(start: bytes, name: str) -> None:
    """Raise a DeliveryError when a text file begins like something that is no text.

    >>> refuse_other_kinds(b"id,name", "x.csv")
    """
    kind = next((kind for mark, kind in _OTHERS.items() if start.startswith(mark)), None)
    if kind is None:
        bare = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        kind = next((kind for mark, kind in _MARKUP.items() if bare.startswith(mark)), None)
    if kind is None and start[257:262] == b"ustar":
        kind = "an archive of several files (.tar)"
    if kind is not None:
        raise DeliveryError(
            what=f"the file is {kind}, not a text file",
            where=name,
            next_step="export it as CSV, JSON or Parquet, or unpack it",
        )


def start_of(stream: IO[bytes]) -> bytes:
    """The first bytes of an open file; they are still to be read."""
    return cast("io.BufferedReader", stream).peek(_START)[:_START]


def _bounded(stream: BinaryIO, path: Path) -> BinaryIO:
    return cast("BinaryIO", io.BufferedReader(_Bounded(stream, path), 1 << 18))


class _Bounded(io.RawIOBase):
    """Unpacked bytes, counted; a packed bomb is refused before it goes off."""

    def __init__(self, stream: BinaryIO, path: Path) -> None:
        self._stream = stream
        self._name = path.name
        self._bound = max(MAX_UNPACKED_BYTES, MAX_UNPACKED_TIMES * path.stat().st_size)
        self._unpacked = 0
        self._into = cast("Callable[[object], int]", stream.readinto)  # type: ignore[attr-defined]  # both streams have it

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        count = self._into(buffer)
        self._unpacked += count
        if self._unpacked > self._bound:
            raise DeliveryError(
                what=f"the file unpacks to more than {MAX_UNPACKED_TIMES} times its size",
                where=self._name,
                next_step="if it is sound, deliver it unpacked",
            )
        return count

    def close(self) -> None:
        self._stream.close()
        super().close()
