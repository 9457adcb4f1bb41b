"""Parquet rows as JSON: nothing of a cell is lost that JSON can tell."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cdp.errors import DeliveryError
from cdp.ingest import open_rows, verbatim
from cdp.ingest.readers import parquet
from cdp.project import FileFormat

PARQUET = FileFormat(type="parquet")


def written(path: Path, table: pa.Table) -> Path:
    pq.write_table(table, path)
    return path


def test_cells_are_told_as_json_and_empty_ones_are_left_out(tmp_path: Path) -> None:
    table = pa.table(
        {
            "id": pa.array([2**63 + 1], pa.uint64()),
            "at": pa.array([datetime(2026, 5, 1, 9, 30, tzinfo=UTC)], pa.timestamp("us", "UTC")),
            "on": pa.array([date(2026, 5, 1)]),
            "clock": pa.array([time(9, 30)]),
            "total": pa.array([Decimal("12345678901234567890.10")]),
            "share": pa.array([float("nan")]),
            "kind": pa.array(["x"]).dictionary_encode(),
            "bytes": pa.array([b"\xff"]),
            "none": pa.array([None], pa.string()),
            "tags": pa.array([["a", None]]),
            "by": pa.array([{"name": "Zo\u00eb", "ids": [1]}]),
            "map": pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int64())),
        }
    )
    with open_rows(written(tmp_path / "x.parquet", table), PARQUET) as reader:
        (row,) = reader.rows
    assert reader.header is None
    assert json.loads(row.fields or "") == {
        "id": 2**63 + 1, "at": "2026-05-01T09:30:00+00:00", "on": "2026-05-01",
        "clock": "09:30:00", "total": "12345678901234567890.10", "share": None, "kind": "x",
        "bytes": "ff", "tags": ["a", None], "by": {"name": "Zo\u00eb", "ids": [1]},
        "map": {"k": 1},
    }  # fmt: skip
    assert json.loads(verbatim(row.raw, reader.read_as, row.fault)) == json.loads(row.raw)


def test_flat_columns_are_the_header_and_rows_have_their_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "BATCH_ROWS", 2)
    path = written(tmp_path / "x.parquet", pa.table({"id": [1, 2, 3], "b": ["x", "y", "z"]}))
    packed = tmp_path / "x.parquet.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    for file in (path, packed):
        with open_rows(file, PARQUET) as reader:
            assert reader.header == ("id", "b")
            assert [row.source_row for row in reader.rows] == [1, 2, 3]


@pytest.mark.parametrize("content", [b"", b"PAR1", b"id\n1\n"])
def test_what_is_no_parquet_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    path.write_bytes(content)
    with pytest.raises(DeliveryError, match="cannot be read"), open_rows(path, PARQUET):
        pass
