"""What a reader keeps gives back the file, byte by byte."""

from __future__ import annotations

import codecs
import gzip
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cdp.errors import DeliveryError
from cdp.ingest import open_rows, verbatim
from cdp.project import FileFormat

CSV, JSONL = FileFormat(type="csv"), FileFormat(type="jsonl")

pieces = st.sampled_from(
    [b"a", b"1", b",", b'"', b'""', b"\n", b"\r\n", b"\r", b"\\", b"\\xff", b"\xff", b"\xc3\xa9",
     b"\xc3", b"\x00", b"{", b"}", b'{"a":1}', b"[", b" ", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"#"]
)  # fmt: skip
bodies = st.one_of(st.lists(pieces, max_size=25).map(b"".join), st.binary(max_size=40))


def given_back(path: Path, file_format: FileFormat) -> bytes:
    with open_rows(path, file_format) as reader:
        head = verbatim(reader.head or "", reader.read_as, None)
        return head + b"".join(verbatim(r.raw, reader.read_as, r.fault) for r in reader.rows)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("verbatim") / "file"


@given(bodies, st.sampled_from(["utf-8", "latin-1", "cp1252", "ascii", "utf-16-be"]))
@example(b'2,"two\r\nlines"\r\n\r\n3,\xff\\xff\n\n', "utf-8")
def test_head_and_rows_of_a_csv_are_the_file(path: Path, body: bytes, encoding: str) -> None:
    content = "id,name\n".encode(encoding) + body
    path.write_bytes(content)
    assert given_back(path, FileFormat(type="csv", encoding=encoding)) == content


@given(bodies)
def test_head_and_rows_of_any_bytes_as_csv_are_the_file_or_it_is_refused(
    path: Path, body: bytes
) -> None:
    path.write_bytes(body)
    with suppress(DeliveryError):
        assert given_back(path, CSV) == body


@given(bodies, st.sampled_from(["utf-8", "latin-1", "utf-16-le", "shift_jis"]))
@example(b'\n \n{"a": 1}\r\n\r\n{"a": "\xff\\n"}\n \n', "utf-8")
def test_head_and_rows_of_json_lines_are_the_file(path: Path, body: bytes, encoding: str) -> None:
    content = '{"id": 1}\n'.encode(encoding) + body
    path.write_bytes(content)
    if encoding != "shift_jis":
        assert given_back(path, FileFormat(type="jsonl", encoding=encoding)) == content
    else:  # several bytes of it stand for one character
        text = content.decode(encoding, "smuggle")
        assert (
            given_back(path, FileFormat(type="jsonl", encoding=encoding)).decode(
                encoding, "smuggle"
            )
            == text
        )


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
    ],
)
@pytest.mark.parametrize("stated", ["utf-8", "utf-16"])
def test_a_mark_tells_the_encoding_and_is_part_of_the_head(
    mark: bytes, encoding: str, stated: str, path: Path
) -> None:
    text = 'id;name\r\n1;"Zo\u00eb\n\U0001f600"\r\n2\r\n'
    path.write_bytes(mark + text.encode(encoding))
    file_format = FileFormat(type="csv", encoding=stated)
    with open_rows(path, file_format) as reader:
        assert reader.header == ("id", "name")
        assert (reader.head, reader.read_as.encoding) == ("\ufeffid;name\r\n", encoding)
        assert reader.read_as.delimiter == ";"
        assert [row.fault is None for row in reader.rows] == [True, False]
    assert given_back(path, file_format) == path.read_bytes()


def test_a_preamble_is_part_of_the_head(path: Path) -> None:
    path.write_bytes(b"Report of May\n\n\nid,name\n\n1,Ann\n")
    file_format = FileFormat(type="csv", skip_lines=1)
    with open_rows(path, file_format) as reader:
        assert (reader.header, reader.head) == (("id", "name"), "Report of May\n\n\nid,name\n\n")
        assert [row.source_row for row in reader.rows] == [6]
    assert given_back(path, file_format) == path.read_bytes()


@pytest.mark.parametrize("packed", [gzip.compress, lambda b: pa.compress(b, "zstd", asbytes=True)])
def test_what_is_packed_gives_back_what_was_packed(packed: object, path: Path) -> None:
    path.write_bytes(packed(b"id\n1\n"))  # type: ignore[operator]  # both take bytes
    assert given_back(path, CSV) == b"id\n1\n"
