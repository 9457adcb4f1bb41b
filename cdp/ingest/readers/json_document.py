"""JSON documents: an array, one object, several after one another, or arrays deep inside them.

A row is an element of the array, or a document that is no array. With ``rows``, the elements of
the array at that path are rows, and the objects around it come along as their ``parent``: the
document is read twice side by side, since what is around may stand behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from cdp.ingest.readers.json_cells import (
    FaultyJsonError,
    encoded,
    fields_of,
    free_name,
    judged,
    parsed,
)
from cdp.ingest.readers.json_paths import CUT_SHORT, Around, as_text, elements_at
from cdp.ingest.readers.json_text import JsonText, Value
from cdp.ingest.readers.row import STRAY_BYTES, TOO_LONG, Row, RowReader
from cdp.ingest.readers.texts import TextFile
from cdp.ingest.readers.verbatim import escaped, has_stray_bytes
from cdp.project import FileFormat

PARENT = "parent"
"""What the objects around a row are called in it; a name of its own is ``parent_2`` then."""


def read_json(file: TextFile, file_format: FileFormat) -> RowReader:
    """The rows of JSON documents, each with its place among them, from 1.

    Raises:
        DeliveryError: The file is empty, or begins like no JSON.
    """
    text = JsonText(file.text())
    sign = text.peek()
    if not sign:
        raise file.fault("the file is empty", "deliver it again whole")
    if sign not in "{[":
        raise file.fault(
            "the file begins with neither { nor [: it is no JSON",
            "mend `format` in its source contract",
        )
    found: Iterator[tuple[Value, Around | None]] = ((value, None) for value in _values(text))
    if file_format.rows is not None:
        found = elements_at(text, JsonText(file.text()), file_format.rows.split("."))
    read_as = file_format.model_copy(update={"encoding": file.encoding})
    return RowReader(None, _rows(found, fields_of(file_format)), None, read_as)


def _rows(
    found: Iterator[tuple[Value, Around | None]], made: Callable[[str, dict[str, Any]], str]
) -> Iterator[Row]:
    joining = _Joining(made)
    for place, (value, around) in enumerate(found, start=1):
        raw, fields, fault = value.text, None, value.fault
        if not raw.isascii() and has_stray_bytes(raw):
            raw, fault = escaped(raw), fault if fault == TOO_LONG else STRAY_BYTES
        if fault is None:
            try:
                fields = joining.fields(value, around)
            except FaultyJsonError as told:
                fault = str(told)
        yield Row(place, raw, fields, fault)


class _Joining:
    """Joins what is around an array with its elements; what is around many is read once."""

    def __init__(self, made: Callable[[str, dict[str, Any]], str]) -> None:
        self._made = made
        self._around: Around | None = None
        self._text = ""
        self._found: Any = None

    def fields(self, value: Value, around: Around | None) -> str:
        """The fields of a row; a FaultyJsonError where it may not be one."""
        row, text = judged(value.text, value.found), value.text
        if around is None:
            return self._made(text, row)
        if around is not self._around:
            self._around, self._text = around, as_text(around)
            self._found = parsed(self._text)
        if PARENT in row:
            free = free_name(PARENT, row)
            row = {free if name == PARENT else name: row[name] for name in row}
            text = encoded(row)
        joined = f'{text[:-1]}{", " if row else ""}"{PARENT}": {self._text}}}'
        return self._made(joined, judged(joined, {**row, PARENT: self._found}))


def _values(text: JsonText) -> Iterator[Value]:
    """Documents, and the elements of those that are arrays; what is cut short has a fault."""
    is_open, known = False, frozenset[str]()
    while sign := text.peek():
        if sign == "[" and not is_open:
            is_open = True
            text.take()
        elif sign == "]" and is_open:
            is_open = False
            text.take()
        elif sign == ",":
            text.take()
        else:
            value = text.value(known)
            known = value.names or known
            yield value
    if is_open and not text.is_lost:
        yield CUT_SHORT
