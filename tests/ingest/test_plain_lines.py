"""Lines read in bulk are the rows that come of reading them one by one, whatever stands between."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cdp.ingest.readers import Row, plain_lines, read_text
from cdp.ingest.readers.texts import CutLine
from cdp.project import FileFormat

NEVER = 1 << 30
ends = st.sampled_from(["\n", "\n", "\n", "\r\n", "\r", ""])
bare = st.text(st.sampled_from("aé1 -'\x7f\u2028\x85\ufeff"), max_size=4)
odd = st.sampled_from(["", " ", '""', '"x,y;z"', '"a""b"', "\\", "\x00", "\t", '"', "'", "a\x0bb"])
cells = bare | bare.map('"{}"'.format) | bare.map("'{}'".format) | odd
delimiters = st.sampled_from([",", ";", "\t", "|", "^", "-", " ", "é"])


def by_delimiter(delimiter: str) -> st.SearchStrategy[tuple[str, str]]:
    """A delimiter, and a text of rows of mostly three cells."""
    row = st.lists(cells, min_size=3, max_size=3) | st.lists(cells, max_size=4)
    lines = st.builds(lambda parts, end: delimiter.join(parts) + end, row, ends)
    return st.tuples(st.just(delimiter), st.lists(lines, max_size=12).map("".join))


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | bare
    | st.sampled_from(['"', "\\", "\ud83d"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(bare, inner, max_size=3),
    max_leaves=6,
)
separators = st.sampled_from([(",", ":"), (", ", ": "), (" , ", " : "), (",\t", ":")])
encoded = st.builds(
    lambda value, parts, is_ascii: json.dumps(value, separators=parts, ensure_ascii=is_ascii),
    st.dictionaries(bare, values, max_size=4) | values,
    separators,
    st.booleans(),
).filter(lambda text: text.isascii() or text.encode("utf-8", "ignore").decode() == text)
broken = st.sampled_from([
    "{}", "", " ", "{", "[]", "1", '{"a": 01}', '{"a": 1.}', '{"a": -}', '{"a" 1}', '{"a": "\x01"}',
    '{"a": 1e5}', '{"a": NaN}', '{"a": 1,}', '{"a": 1}}', ' {"a": 1}', '{"a": 1} ', '{"a": [[1]]}',
    '{"a": [{}]}', '{"a": "\\ud83d"}', '{"a": 12345678901234567890}', '{"a": {"b": {"c": 1}}}',
    '{"a":{"b":[1]}}',
])  # fmt: skip
json_texts = st.lists(
    st.builds("{}{}".format, encoded | broken, st.sampled_from(["\n", "\n", "\r\n", "\r"])),
    min_size=1,
    max_size=12,
).map("".join)


def rows_of(text: str, file_format: FileFormat, *, fewest: int, most: int) -> list[Row]:
    """What a text is read as, in stretches of so many lines."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain_lines, "FEWEST_LINES", fewest)
        patch.setattr(plain_lines, "_MOST_LINES", most)
        patch.setattr(plain_lines, "_MOST_ODD", 1)
        return list(read_text(text, file_format).rows)


@given(delimiters.flatmap(by_delimiter), st.sampled_from(['"', "'"]), st.integers(1, 4))
@example((",", "1,2,3\n\\,b,c\n1,2,3\n"), '"', 1)
@example((",", 'x"y,b,c\nx"y,"b",c\n"x"y,b,c\n'), '"', 1)
@example((",", "1,\ufeff,3\n\ufeff1,2,3\n"), '"', 1)
@example((",", "1,2,3\n\n\r\n1,2\n1,2,3"), '"', 4)
@example((",", "1,2,'3\n'1,\n2,3\n"), "'", 2)
def test_delimited_rows_are_the_same_in_bulk(found: tuple[str, str], quote: str, most: int) -> None:
    delimiter, text = found
    file_format = FileFormat(type="csv", delimiter=delimiter, quote=quote)
    whole = f"a{delimiter}b b{delimiter}c\n{text}"
    one_by_one = rows_of(whole, file_format, fewest=NEVER, most=most)
    assert rows_of(whole, file_format, fewest=1, most=most) == one_by_one


@given(json_texts, st.integers(1, 4))
@example('{"a": 1}\n\n\n{"b": 2}\n', 1)
@example(f'{{"a": {"1" * 5_000}}}\n', 1)
def test_lines_of_json_are_the_same_in_bulk(text: str, most: int) -> None:
    file_format = FileFormat(type="jsonl")
    # What begins like one document is refused as a whole.
    whole = '{"id": 1}\n' + text
    one_by_one = rows_of(whole, file_format, fewest=NEVER, most=most)
    assert rows_of(whole, file_format, fewest=1, most=most) == one_by_one


def taken(lines: list[str], fields_of: plain_lines.FieldsOf | None) -> list[tuple[int, int]]:
    """Where runs of plain lines begin, and how many rows they are."""
    assert fields_of is not None
    return [(start, rows.height) for start, rows in plain_lines.plain_rows(lines, 2, fields_of)]


def test_plain_lines_are_read_in_bulk() -> None:
    of_cells = plain_lines.delimited_fields(["id", "name"], ",", '"')
    lines = ['1,"Lee, Ann"\r\n', "2,\n"] * plain_lines.FEWEST_LINES
    assert taken(lines, of_cells) == [(0, len(lines))]
    one = '{"id": 1, "who": {"name": "Zoë"}, "tags": ["a", null]}\n'
    lines = [one] * plain_lines.FEWEST_LINES
    assert taken(lines, plain_lines.json_fields) == [(0, len(lines))]


@pytest.mark.parametrize(
    ("odd_one", "is_left_out"),
    [
        *[(CutLine("1,2\n"), False), ("1,\udcff\n", False)],
        *[("1\n", True), ("\n", True), ("1,2,3\n", True), ('1,"a""b"\n', True)],
    ],
)
def test_odd_lines_are_left_to_the_reader(odd_one: str, is_left_out: bool) -> None:  # noqa: FBT001 - named in its case
    of_cells = plain_lines.delimited_fields(["id", "name"], ",", '"')
    many = plain_lines.FEWEST_LINES
    lines = ["1,2\n"] * many
    runs = [(0, many), (many + 1, many)]
    assert taken([*lines, odd_one, *lines], of_cells) == (runs if is_left_out else [])
    assert taken([*lines, *["1\n"] * many], of_cells) == []
