"""Files in parts: small enough, whole rows, in order, and what is said of them is true."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from cdp.activation.files import write_parts
from tests.activation.snapshot import lines


@given(st.lists(st.text(alphabet='aé,\n\r"', max_size=20), max_size=20), st.integers(30, 90))
def test_parts_are_small_whole_and_in_order(values: list[str], limit: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = write_parts(
            Path(folder), "part", ("id", "value"),
            [(str(n), value) for n, value in enumerate(values)], max_bytes=limit,
        )  # fmt: skip
        read = [lines(Path(folder) / file.name) for file in files]
        assert [line["value"] for part in read for line in part] == values
        for file, part in zip(files, read, strict=True):
            text = (Path(folder) / file.name).read_bytes()
            assert (file.rows, file.bytes) == (len(part), len(text))
            assert file.sha256 == hashlib.sha256(text).hexdigest()
            assert file.bytes <= limit or len(part) <= 1


def test_one_part_has_no_number_and_several_count_from_one(tmp_path: Path) -> None:
    rows = [("1",), ("2",), ("3",)]
    (only,) = write_parts(tmp_path, "one", ("id",), rows, max_bytes=9)
    several = write_parts(tmp_path, "two", ("id",), rows, max_bytes=8)
    assert only.name == "one.csv"
    assert [(file.name, file.rows) for file in several] == [("two_001.csv", 2), ("two_002.csv", 1)]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "one.csv", "two_001.csv", "two_002.csv",
    ]  # fmt: skip


def test_without_rows_there_is_a_header(tmp_path: Path) -> None:
    (only,) = write_parts(tmp_path, "one", ("id", "name"), [], max_bytes=1)
    assert (only.rows, (tmp_path / "one.csv").read_bytes()) == (0, b"id,name\n")
