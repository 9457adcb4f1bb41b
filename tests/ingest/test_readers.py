"""Reading rows: nothing lost, nothing merged, every row's text as it was."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.errors import DeliveryError
from cdp.ingest.readers import Row, open_rows, read_text
from cdp.project import FileFormat

CSV = FileFormat(type="csv")
JSONL = FileFormat(type="jsonl")

cells = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=8)
tables = st.integers(2, 4).flatmap(
    lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), max_size=6)
)
texts = st.text(alphabet='ab,;"\n\r{}[]: \\1é', max_size=60)


def rows_of(text: str, file_format: FileFormat = CSV) -> list[Row]:
    return list(read_text(text, file_format).rows)


def written(header: list[str], table: list[list[str]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([header, *table])
    return stream.getvalue()


@given(tables)
def test_what_a_csv_writer_wrote_is_read_back(table: list[list[str]]) -> None:
    header = [f"c{i}" for i in range(len(table[0]) if table else 2)]
    read = rows_of(written(header, table))
    stated = [{n: c for n, c in zip(header, row, strict=True) if c} for row in table]
    assert [json.loads(row.fields or "null") for row in read] == stated


@given(texts)
def test_every_line_of_any_text_stands_in_exactly_one_row(body: str) -> None:
    read = rows_of("h1,h2\n" + body)
    lines = io.StringIO(body, newline="").readlines()
    first = next((place for place, line in enumerate(lines) if line.strip("\r\n")), len(lines))
    assert "".join(row.raw for row in read) == "".join(lines[first:])
    assert [row.source_row for row in read] == sorted({row.source_row for row in read})


@given(texts)
def test_a_row_has_fields_or_a_fault_and_never_both(body: str) -> None:
    for row in [*rows_of("h1,h2\n" + body), *rows_of("{}\n" + body, JSONL)]:
        assert (row.fields is None) != (row.fault is None)


def test_an_unclosed_quote_costs_its_own_line_only() -> None:
    read = rows_of('id,name\n1,"open\n2,Bo\n3,Cy\n')
    assert [(row.source_row, row.fault) for row in read] == [
        (2, "a quote that is not closed"),
        (3, None),
        (4, None),
    ]


def test_a_quoted_value_may_span_lines() -> None:
    (row,) = rows_of('id,name\n1,"two\nlines"\n')
    assert row.raw == '1,"two\nlines"\n'
    assert json.loads(row.fields or "")["name"] == "two\nlines"


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("1", "1 columns where the header names 2"),
        ("1,2,3", "3 columns where the header names 2"),
    ],
)
def test_a_ragged_row_is_a_fault(line: str, fault: str) -> None:
    (row,) = rows_of(f"a,b\n{line}\n")
    assert (row.raw, row.fields, row.fault) == (f"{line}\n", None, fault)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("{bad", "not valid JSON"),
        ("[1]", "JSON, but not an object"),
        ("[" * 20_000, "JSON nested too deep"),
    ],
)
def test_a_line_that_is_no_json_object_is_a_fault(line: str, fault: str) -> None:
    (row,) = rows_of(line, JSONL)
    assert row.fault == fault


def test_twin_and_blank_headers_get_names_of_their_own() -> None:
    reader = read_text("Notes,,Notes\n", CSV)
    assert reader.header == ("Notes", "column_2", "Notes_2")


def test_a_stray_byte_costs_its_row_not_its_file(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"\xef\xbb\xbfid,name\n1,\xff\n2,Bo\n")
    with open_rows(path, CSV) as reader:
        assert reader.header == ("id", "name")
        faults = [(row.raw, row.fault) for row in reader.rows]
    stray = "bytes that are not in the file's encoding"
    assert faults == [("1,\\xff\n", stray), ("2,Bo\n", None)]


def test_a_packed_file_is_read_as_its_content(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"a": 1}\n'))
    with open_rows(path, JSONL) as reader:
        assert [row.fields for row in reader.rows] == ['{"a": 1}']


@pytest.mark.parametrize("content", [b"", gzip.compress(b"id\n1\n" * 99, mtime=0)[:-20]])
def test_a_file_that_cannot_be_read_is_an_error_without_its_content(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / ("x.csv.gz" if content else "x.csv")
    path.write_bytes(content)
    with pytest.raises(DeliveryError) as raised, open_rows(path, CSV) as reader:
        list(reader.rows)
    assert "Hint" in str(raised.value)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_header_shows_what_parts_the_columns(delimiter: str) -> None:
    text = f'id{delimiter}"last, first; or firm"\n1{delimiter}"Lee, Ann"\n'
    (row,) = read_text(text, CSV).rows
    assert row.fields is not None
    assert json.loads(row.fields) == {"id": "1", "last, first; or firm": "Lee, Ann"}


def test_a_stated_delimiter_outweighs_the_header() -> None:
    reader = read_text("a;b,c\n1;2,3\n", FileFormat(type="csv", delimiter=","))
    assert reader.header == ("a;b", "c")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_byte_order_mark_tells_the_encoding(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes("id,name\n1,Zo\u00eb\n".encode(encoding))
    with open_rows(path, CSV) as reader:
        assert reader.header == ("id", "name")
        (row,) = reader.rows
    assert row.fields == '{"id": "1", "name": "Zo\u00eb"}'


@pytest.mark.parametrize(
    ("text", "settings", "header"),
    [
        (
            "id,How likely?,Contact,,\n,,Name,Email,\n1,9,Ann,a@x.example,z\n",
            {"header_rows": 2},
            ("id", "How likely?", "Contact - Name", "Contact - Email", "column_5"),
        ),
        ("a,,b\n,x,\ny,,\n1,2,3\n", {"header_rows": 3}, ("a - y", "a - x", "b - x")),
        ("1,Ann,\n2,Bo,x\n", {"header_rows": 0}, ("column_1", "column_2", "column_3")),
        ("Report\nof May\n\nid;name\n1;Ann\n", {"skip_lines": 2}, ("id", "name")),
        ('id,"two\nlines"\n1,Ann\n', {}, ("id", "two\nlines")),
        ("\n\nid,name\n1,Ann\n", {}, ("id", "name")),
    ],
)
def test_the_header_is_what_the_format_says(
    text: str, settings: dict[str, int], header: tuple[str, ...]
) -> None:
    reader = read_text(text, FileFormat.model_validate({"type": "csv", **settings}))
    rows = list(reader.rows)
    assert reader.header == header
    assert [row.fault for row in rows] == [None] * len(rows)
    assert rows
    assert (reader.head or "") + "".join(row.raw for row in rows) == text
