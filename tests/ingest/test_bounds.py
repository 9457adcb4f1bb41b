"""No file, however odd, takes all memory or time, or raises anything but a plain error."""

from __future__ import annotations

import gzip
import io
import time
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest

from cdp.errors import DeliveryError
from cdp.ingest import open_rows
from cdp.ingest.readers import Row, delimited, read_text, row, texts, unpacking
from cdp.project import FileFormat

CSV, JSONL, JSON = (FileFormat(type="csv"), FileFormat(type="jsonl"), FileFormat(type="json"))


def rows_of(path: Path, file_format: FileFormat) -> list[Row]:
    with open_rows(path, file_format) as reader:
        return list(reader.rows)


@pytest.fixture
def small_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (texts, delimited, row):
        monkeypatch.setattr(module, "MAX_ROW_CHARACTERS", 1000)
    monkeypatch.setattr(texts, "KEPT_CHARACTERS", 10)


@pytest.mark.usefixtures("small_bounds")
@pytest.mark.parametrize("file_format", [CSV, JSONL])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_line_beyond_the_bound_is_one_faulty_row(file_format: FileFormat, line_end: str) -> None:
    sound = "1,Ann" if file_format == CSV else '{"id": 1}'
    head = ["id,name"] if file_format == CSV else []
    text = line_end.join([*head, sound, 'x"' * 2500, sound, ""])
    rows = list(read_text(text, file_format).rows)
    assert [(r.fault or "sound")[:6] for r in rows] == ["sound", "longer", "sound"]
    assert rows[1].raw == 'x"x"x"x"x"'
    assert [r.source_row - rows[0].source_row for r in rows] == [0, 1, 2]


@pytest.mark.usefixtures("small_bounds")
def test_a_quoted_value_beyond_the_bound_is_an_unclosed_quote() -> None:
    lines = ["id,name", '1,"open', *(["y" * 99] * 30), '"', '2,"end"']
    rows = list(read_text("\n".join(lines), CSV).rows)
    assert rows[0].fault == "a quote that is not closed"
    assert rows[-1].fields == '{"id": "2", "name": "end"}'


def test_a_file_of_unclosed_quotes_is_not_read_again_and_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    again = []
    hand_back = delimited._Lines.hand_back

    def counted(self: delimited._Lines, kept: int) -> None:
        again.append(len(self.taken) - kept)
        hand_back(self, kept)

    monkeypatch.setattr(delimited._Lines, "hand_back", counted)
    lines = 5_000
    rows = list(read_text("a,b\n" + 'a","b\n' * lines, CSV).rows)
    assert [(r.fault or "")[:26] for r in rows] == ["a quote that is not closed"] * lines
    assert sum(again) < 10_500 + 10 * lines  # without the bound, 500 times


def test_patience_lasts_for_a_sound_value_after_some_unclosed_quotes() -> None:
    text = "a,b\n" + '1,"x\n2,y\n' * 9 + '3,"' + "z\n" * 400 + '"\n'
    assert [r.fault for r in read_text(text, CSV).rows][-1] is None


@pytest.mark.parametrize("pack", [gzip.compress, lambda b: pa.compress(b, "zstd", asbytes=True)])
@pytest.mark.parametrize("file_format", [CSV, JSONL, JSON])
def test_a_packed_bomb_is_refused(
    pack: object, file_format: FileFormat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "MAX_UNPACKED_BYTES", 100_000)
    path = tmp_path / "x.gz"
    line = b"a,b\n" if file_format == CSV else b'{"a": 1}\n'
    path.write_bytes(pack(line * 60_000))  # type: ignore[operator]  # both take bytes
    with pytest.raises(DeliveryError, match="200 times its size"):
        rows_of(path, file_format)
    path.write_bytes(pack(b'{"a": 1}\n' * 9))  # type: ignore[operator]
    assert len(rows_of(path, JSONL)) == 9


def test_blank_lines_after_broken_json_are_passed_once() -> None:
    start = time.process_time()
    rows = list(read_text('[{"a": x' + "\n" * 60_000 + '},\n{"a": 1}]', JSON).rows)
    assert [r.fault for r in rows] == ["not valid JSON", None]
    assert time.process_time() - start < 5  # from each of them to the last would take minutes


def test_names_that_come_twice_are_numbered_once() -> None:
    start = time.process_time()
    header = read_text("a," * 60_000 + "a_2\n", CSV).header or ()
    assert (header[:3], header[-2:]) == (("a", "a_2", "a_3"), ("a_60000", "a_2_2"))
    assert time.process_time() - start < 5  # to try each number for each of them takes minutes


def a_zip() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("xl/workbook.xml", "x")
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (a_zip(), "zip archive or a spreadsheet"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"%PDF-1.7\n", "PDF"),
        (b"PAR1\x00", "Parquet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "old Office"),
        (b"\xef\xbb\xbf\n<!DOCTYPE html><html>", "web page"),
        (b"x" * 257 + b"ustar\x0000", "several files"),
    ],
)
@pytest.mark.parametrize("is_packed", [False, True])
def test_what_is_no_text_is_told_by_its_first_bytes(
    content: bytes, kind: str, *, is_packed: bool, tmp_path: Path
) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(gzip.compress(content) if is_packed else content)
    with pytest.raises(DeliveryError, match=kind):
        rows_of(path, CSV)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "no header"),
        (b"\n\n\n", "no header"),
        (b"\xef\xbb\xbf", "no header"),
        ("id,Prénom\n".encode("latin-1"), "not in utf-8"),
        ("id,name\n1,a\n".encode("utf-16-le"), "NUL"),
        (b'{"id": 1}\n', "like JSON"),
        (b'"open\n' * 3, "no header"),
    ],
)
def test_a_header_that_is_none_is_told(content: bytes, told: str, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(DeliveryError, match=told):
        rows_of(path, CSV)


def test_nul_bytes_are_part_of_their_cell() -> None:
    (found,) = read_text("a,b\n1,x\0y\n", CSV).rows
    assert (found.raw, found.fields) == ("1,x\0y\n", '{"a": "1", "b": "x\\u0000y"}')
