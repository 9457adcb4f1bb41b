"""Stretches of plain lines, read by Polars: what csv and json say of each, many at a time.

Most lines of most files are plain: one row each, nothing in it that needs an escape. A pattern
tells so for every line of a stretch; the others are left to their reader, which takes row by row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice, pairwise
from json.encoder import encode_basestring

import polars as pl

from cdp.ingest.readers.row import ROWS
from cdp.ingest.readers.texts import CutLine

FEWEST_LINES, _MOST_LINES, _MOST_CHARACTERS = 100, 5_000, 1 << 22
"""Lines of a stretch: fewer are read one by one as fast; there are no more, and not many more
characters."""

_MOST_ODD = 0.02
"""The share of lines that may be odd."""

# A byte-order mark, which is part of a cell but not to Polars, is not plain either.
_ESCAPED = r'"\\\x00-\x1f\x{feff}'
_NO_ESCAPE = f"[^{_ESCAPED}]"
_END = r"(?:\r?\n|\r)?$"
_NUMBER = r"-?(?:0|[1-9][0-9]{0,15})(?:\.[0-9]{1,30})?"
_SIMPLE = rf'(?:"{_NO_ESCAPE}*"|{_NUMBER}|true|false|null)'
_MEMBER = rf'"{_NO_ESCAPE}*" ?: ?'


def _objects_of(value: str) -> str:
    member = _MEMBER + value
    return rf"\{{(?:{member}(?:, ?{member})*)?\}}"


_FLAT_LIST = rf"\[(?:{_SIMPLE}(?:, ?{_SIMPLE})*)?\]"
_FLAT_OBJECT = _objects_of(_SIMPLE)
_JSON_LINE = rf"^{_objects_of(f'(?:{_SIMPLE}|{_FLAT_LIST}|{_FLAT_OBJECT})')}{_END}"

FieldsOf = Callable[[pl.Series], pl.Series]
"""The fields of rows, out of the texts of plain lines; nulls where one is not plain."""


def stretch_of(lines: Iterator[str]) -> list[str]:
    """The next lines, as many as are read at once; none at the end."""
    stretch: list[str] = []
    characters = 0
    for line in islice(lines, _MOST_LINES):
        stretch.append(line)
        characters += len(line)
        if characters > _MOST_CHARACTERS:
            break
    return stretch


def plain_rows(
    stretch: list[str], first: int, fields_of: FieldsOf
) -> Iterator[tuple[int, pl.DataFrame]]:
    """Runs of plain lines as rows, each with its place in the stretch, which begins at some line.

    There are none where many lines are not plain: to take these apart costs more than it saves.
    """
    if len(stretch) < FEWEST_LINES or CutLine in set(map(type, stretch)):
        return
    try:
        raw = pl.Series(stretch, dtype=pl.String)
    except UnicodeEncodeError:  # bytes that are not in the file's encoding
        return
    fields = fields_of(raw)
    odd = fields.is_null().arg_true().to_list()
    if len(odd) > len(stretch) * _MOST_ODD:
        return
    place = pl.int_range(first, first + len(stretch), eager=True)
    rows = pl.DataFrame({"source_row": place, "raw": raw, "fields": fields, "fault": None}, ROWS)
    for start, end in pairwise([-1, *odd, len(stretch)]):
        if end > start + 1:
            yield start + 1, rows[start + 1 : end]


def json_fields(raw: pl.Series) -> pl.Series:
    r"""Objects of JSON, which are their own fields.

    >>> json_fields(pl.Series(['{"a": [1, "b"]}\n', '{"a": "\\u00e9"}\n', "[]\n"])).to_list()
    ['{"a": [1, "b"]}', None, None]
    """
    text = pl.when(raw.str.contains(_JSON_LINE)).then(raw.str.strip_chars_end("\r\n"))
    return pl.select(text.alias("fields")).to_series()


def delimited_fields(header: Sequence[str], delimiter: str, quote: str) -> FieldsOf | None:
    r"""What makes fields of lines with as many cells as the header; null for odd delimiters.

    >>> fields_of = delimited_fields(["a", "b"], ",", '"')
    >>> fields_of(pl.Series(['1,"x,y"\n', ",\n"])).to_list()
    ['{"a": "1", "b": "x,y"}', '{}']
    >>> fields_of(pl.Series(["1,2,3\n", '1,"x"y\n', "1\n"])).to_list()
    [None, None, None]
    """
    if len(header) < 2 or len(delimiter) != 1 or not (delimiter + quote).isascii():
        return None
    quoted, parted = (f"\\x{ord(sign):02x}" for sign in (quote, delimiter))
    cell = rf"(?:[^{parted}{quoted}{_ESCAPED}]*|{quoted}[^{quoted}{_ESCAPED}]*{quoted})"
    line = rf"^{cell}(?:{parted}{cell}){{{len(header) - 1}}}{_END}"
    columns = {f"column_{place}": pl.String for place in range(len(header))}
    members = [
        pl.when(pl.col(column) != "")
        .then(pl.concat_str(pl.lit(f'{encode_basestring(name)}: "'), column, pl.lit('", ')))
        .otherwise(pl.lit(""))
        for column, name in zip(columns, header, strict=True)
    ]
    fields = pl.concat_str(pl.lit("{"), pl.concat_str(members).str.strip_suffix(", "), pl.lit("}"))

    def fields_of(raw: pl.Series) -> pl.Series:
        plain = raw.str.contains(line)
        none = raw.clear(len(raw))
        if not plain.any():
            return none
        text = raw.filter(plain).str.strip_chars_end("\r\n").str.join("\n").item()
        cells = pl.read_csv(
            text.encode(), has_header=False, schema=columns, separator=delimiter, quote_char=quote
        )
        return none.scatter(plain.arg_true(), cells.select(fields.alias("fields")).to_series())

    return fields_of
