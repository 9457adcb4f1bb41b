"""Parquet: rows batch by batch, nested values as JSON, times as ISO text, decimals exact."""

from __future__ import annotations

import json
import math
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyarrow as pa
import pyarrow.parquet as pq

from cdp.errors import DeliveryError
from cdp.ingest.readers.json_cells import FaultyJsonError, fields_of, judged
from cdp.ingest.readers.row import KEPT_CHARACTERS, MAX_ROW_CHARACTERS, TOO_LONG, Row, RowReader
from cdp.ingest.readers.unpacking import unpacked
from cdp.project import FileFormat

BATCH_ROWS = 1_000
MAX_GROUP_BYTES = 2 * 1024**3
"""A row group is unpacked column by column, so one that would be larger than this is refused."""


def read_parquet(path: Path, file_format: FileFormat, opened: ExitStack) -> RowReader:
    """The rows of a Parquet file, each with its place, from 1; ``raw`` is the row as JSON.

    What is opened is closed with ``opened``.

    The header is null where a column is nested: paths into it are no columns of the file.

    Raises:
        DeliveryError: A row group does not fit into memory.
    """
    file = opened.enter_context(pq.ParquetFile(_seekable(path, opened)))
    _refuse_large_groups(file.metadata, path)
    schema = file.schema_arrow
    is_flat = not any(pa.types.is_nested(field.type) or "." in field.name for field in schema)
    header = tuple(schema.names) if is_flat else None
    return RowReader(header, _rows(file, fields_of(file_format)), None, file_format)


def _seekable(path: Path, opened: ExitStack) -> BinaryIO:
    """The file; one that is packed is unpacked beside, since Parquet is read from its end."""
    stream = opened.enter_context(unpacked(path))
    if stream.seekable():
        return stream
    plain = opened.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - the stack closes it
    shutil.copyfileobj(stream, plain, 1 << 20)
    plain.seek(0)
    return cast("BinaryIO", plain)


def _refuse_large_groups(metadata: Any, path: Path) -> None:
    groups = (metadata.row_group(place) for place in range(metadata.num_row_groups))
    largest = max((group.total_byte_size for group in groups), default=0)
    if largest > MAX_GROUP_BYTES:
        raise DeliveryError(
            what=f"a row group holds more than {MAX_GROUP_BYTES >> 30} GiB",
            where=path.name,
            next_step="write it anew with smaller row groups",
        )


def _rows(file: Any, made: Callable[[str, dict[str, Any]], str]) -> Iterator[Row]:
    place = 0
    for batch in file.iter_batches(batch_size=BATCH_ROWS, use_threads=False):
        for cells in batch.to_pylist(maps_as_pydicts="lossy"):
            place += 1
            yield _row(place, cells, made)


def _row(place: int, cells: dict[str, Any], made: Callable[[str, dict[str, Any]], str]) -> Row:
    row = {name: _plain(cell) for name, cell in cells.items() if cell is not None}
    raw = json.dumps(row, ensure_ascii=False)
    if len(raw) > MAX_ROW_CHARACTERS:
        return Row(place, raw[:KEPT_CHARACTERS], None, TOO_LONG)
    try:
        return Row(place, raw, made(raw, judged(raw, row)), None)
    except FaultyJsonError as told:
        return Row(place, raw, None, str(told))


def _plain(cell: Any) -> Any:
    """A cell as JSON knows it.

    >>> _plain([Decimal("1.10"), datetime(2026, 5, 1, 9, 30), b"abc", float("nan")])
    ['1.10', '2026-05-01T09:30:00', 'abc', None]
    """
    if cell is None or isinstance(cell, bool | int | str):
        return cell
    if isinstance(cell, dict):
        return {str(name): _plain(inner) for name, inner in cell.items()}
    if isinstance(cell, list | tuple):
        return [_plain(inner) for inner in cell]
    if isinstance(cell, float):
        return cell if math.isfinite(cell) else None if math.isnan(cell) else str(cell)
    return _as_text(cell)


def _as_text(cell: Any) -> Any:
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    if isinstance(cell, Decimal):
        return format(cell, "f")
    if isinstance(cell, timedelta):
        return cell.total_seconds()
    return _of_bytes(cell) if isinstance(cell, bytes) else str(cell)


def _of_bytes(cell: bytes) -> str:
    try:
        return cell.decode()
    except UnicodeDecodeError:
        return cell.hex()
