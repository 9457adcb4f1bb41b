"""A bounded look at the bytes of a file, however large it is or unpacks to."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from cdp.errors import DeliveryError, NotFoundError

HEAD_BYTES = 1024 * 1024
"""How much of the beginning is looked at, unpacked."""
WINDOW_BYTES = 128 * 1024
"""How much is looked at in each of three further places of a file that is not packed."""

_PACKED = {b"\x1f\x8b": "gz", b"\x28\xb5\x2f\xfd": "zst"}
_FOREIGN = {
    b"PK\x03\x04": ("an Excel workbook or a zip archive", "save the sheet as CSV, or unpack it"),
    b"%PDF": ("a PDF", "export the table as CSV"),
    b"\xd0\xcf\x11\xe0": ("an old Excel or Word file", "save the sheet as CSV"),
}


@dataclass(frozen=True)
class Peek:
    """What was looked at: the beginning, and whole lines from further on.

    ``ending`` is the file's own, without that of its packing; ``is_whole`` says that ``head`` is
    all there is.
    """

    ending: str
    packing: str | None
    head: bytes
    is_whole: bool
    windows: tuple[bytes, ...] = ()


def peek(path: Path) -> Peek:
    """Look at a file.

    Raises:
        NotFoundError: There is no such file.
        DeliveryError: It is empty, cannot be unpacked, or is of a kind that is never read.
    """
    if not path.is_file():
        raise NotFoundError(
            what="there is no such file", where=str(path), next_step="check the path"
        )
    try:
        with path.open("rb") as start:
            packing = _packing_of(start.read(8), path)
        with _unpacked(path, packing) as opened:
            head = opened.read(HEAD_BYTES + 1)
            windows = () if packing or len(head) <= HEAD_BYTES else tuple(_windows(opened, path))
    except (OSError, EOFError, zlib.error) as fault:
        raise DeliveryError(
            what=f"the file cannot be read ({type(fault).__name__})",
            where=path.name,
            next_step="check that it is whole",
        ) from fault
    if not head.strip(b"\x00\xef\xbb\xbf\xff\xfe \r\n\t"):
        raise DeliveryError(
            what="the file is empty", where=path.name, next_step="export it again, with rows"
        )
    ending = Path(path.stem).suffix if packing else path.suffix
    is_whole = len(head) <= HEAD_BYTES
    return Peek(ending, packing, head[:HEAD_BYTES], is_whole, windows)


def _packing_of(start: bytes, path: Path) -> str | None:
    for mark, (kind, remedy) in _FOREIGN.items():
        if start.startswith(mark):
            raise DeliveryError(what=f"the file is {kind}", where=path.name, next_step=remedy)
    packing = next((name for mark, name in _PACKED.items() if start.startswith(mark)), None)
    if packing and path.suffix.lower() != f".{packing}":
        raise DeliveryError(
            what=f"the file is packed ({packing}) and its name does not say so",
            where=path.name,
            next_step=f"call it {path.name}.{packing}",
        )
    return packing


@contextmanager
def _unpacked(path: Path, packing: str | None) -> Iterator[IO[bytes]]:
    if packing == "gz":
        with gzip.open(path, "rb") as opened:
            yield opened  # type: ignore[misc]  # typeshed: GzipFile is no IO
    elif packing == "zst":
        import pyarrow as pa

        with pa.input_stream(str(path), compression="zstd") as opened:
            yield opened
    else:
        with path.open("rb") as opened:
            yield opened


def _windows(opened: IO[bytes], path: Path) -> Iterator[bytes]:
    """Whole lines from a quarter, a half and the end of a file, behind its head."""
    size = path.stat().st_size
    last = size - WINDOW_BYTES
    for place in (size // 4, size // 2, last):
        if place > HEAD_BYTES:
            opened.seek(place)
            lines = opened.read(WINDOW_BYTES).split(b"\n")[1:-1]
            yield b"".join(line + b"\n" for line in lines)
