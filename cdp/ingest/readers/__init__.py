"""Read a file row by row, keeping each row's verbatim text beside its fields.

A row that cannot be read is a row with a fault; only a file that cannot be read at all raises,
and what it raises is a DeliveryError. Nothing in a file, be it a line, a cell, an element or what
a few packed bytes unpack to, is held in memory beyond a bound.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from cdp.errors import DeliveryError
from cdp.ingest.readers.chat import read_chat
from cdp.ingest.readers.delimited import read_delimited
from cdp.ingest.readers.json_document import read_json
from cdp.ingest.readers.json_lines import read_json_lines
from cdp.ingest.readers.parquet import read_parquet
from cdp.ingest.readers.row import Portion, Row, RowReader
from cdp.ingest.readers.texts import TextFile
from cdp.ingest.readers.verbatim import verbatim
from cdp.project import FileFormat

__all__ = ["Portion", "Row", "RowReader", "open_rows", "read_text", "verbatim"]

_TEXT_READERS: dict[str, Callable[[TextFile, FileFormat], RowReader]] = {
    "chat": read_chat,
    "csv": read_delimited,
    "jsonl": read_json_lines,
    "json": read_json,
}


@contextmanager
def open_rows(path: Path, file_format: FileFormat) -> Iterator[RowReader]:
    """Open a file by its format; what is packed (gzip, zstd) is unpacked on the way.

    Raises:
        DeliveryError: The file cannot be opened, unpacked or has no header. Its rows raise it,
            too, when the file ends where it should not.
    """
    with ExitStack() as opened:
        with _told(path.name):
            if file_format.type == "parquet":
                reader = read_parquet(path, file_format, opened)
            else:
                file = TextFile.at(path, file_format.encoding)
                opened.callback(file.close)
                reader = _TEXT_READERS[file_format.type](file, file_format)
        yield replace(reader, portions=_told_portions(reader.portions, path.name))


_FAULTS = (
    OSError, EOFError, zlib.error, LookupError, ValueError, OverflowError, pa.ArrowException,
)  # fmt: skip
"""What unpacking and decoding raise; ValueError is also the mother of what Unicode raises."""


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Have what goes wrong below tell which file it is, and nothing of its content."""
    try:
        yield
    except _FAULTS as fault:
        raise DeliveryError(
            what=f"the file cannot be read ({type(fault).__name__})",
            where=name,
            next_step="deliver it again whole, or mend `format` in its source contract",
        ) from fault


def _told_portions(portions: Iterator[Portion], name: str) -> Iterator[Portion]:
    with _told(name):
        yield from portions


def read_text(text: str, file_format: FileFormat) -> RowReader:
    r"""The rows of a text in memory, as `open_rows` would read them from a file.

    >>> reader = read_text("id,name\n1,Ann\n2\n", FileFormat(type="csv"))
    >>> [(row.source_row, row.fields, row.fault) for row in reader.rows]
    [(2, '{"id": "1", "name": "Ann"}', None), (3, None, '1 columns where the header names 2')]
    """
    return _TEXT_READERS[file_format.type](TextFile.of(text), file_format)
