"""A sample of a file: how it is written, and the text of its columns in the rows looked at."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from cdp.drafting import chats, documents
from cdp.drafting.delimited import SEEN_ROWS, layout_of
from cdp.drafting.encoding import encoding_of, mended, misread_as_latin_1
from cdp.drafting.peeking import Peek, peek
from cdp.errors import DeliveryError

_FILLER = re.compile(
    r"(?:p:)?<test lead|(?:n/?a|null|none|nan|-+|unknown|undefined)$", re.IGNORECASE
)
"""What says that there is no value; those of consent and of parts are looked at by themselves."""


LONGEST = 500
"""Signs of a value that are looked at."""


@dataclass(frozen=True)
class Setting:
    """One setting of ``format`` with its reason; ``score`` is 0 to 1, higher = surer."""

    key: str
    value: Any
    score: float
    reason: str


@dataclass(frozen=True)
class Column:
    """What a column holds in the sample: ``values`` are its cells that are filled, trimmed."""

    name: str
    place: int
    rows: int
    values: tuple[str, ...]

    @property
    def distinct(self) -> int:
        """How many different values it has."""
        return len(set(self.values))

    @property
    def tested(self) -> tuple[str, ...]:
        """Up to a hundred different values, in their order; fillers only if there are no others.

        Of a long text its beginning will do.
        """
        different = dict.fromkeys(value[:LONGEST] for value in self.values)
        telling = (value for value in different if not _FILLER.match(value))
        return tuple(islice(telling, 100)) or tuple(islice(different, 100))

    @property
    def is_unique(self) -> bool:
        """Whether no row lacks it and no two rows share it."""
        return self.rows > 0 and len(self.values) == self.rows == self.distinct


@dataclass(frozen=True)
class Sample:
    """What was looked at of a file.

    ``kind`` is the type of its format; ``ending`` that of its name without its packing;
    ``is_whole`` says that all of it was seen.
    """

    name: str
    kind: str
    ending: str
    packing: str | None
    settings: tuple[Setting, ...]
    columns: tuple[Column, ...]
    rows: tuple[Mapping[str, str], ...] = field(repr=False)
    is_whole: bool = True
    repeated_headers: int = 0
    """Rows that are the header once more, as where exports were joined; ``rows`` has none."""

    @property
    def column_names(self) -> tuple[str, ...]:
        """The columns, in the order of the file."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """The column of that name."""
        return next(column for column in self.columns if column.name == name)


def read_sample(path: Path) -> Sample:
    """Look at a file and find how it is written.

    Raises:
        NotFoundError: There is no such file.
        DeliveryError: It is empty, has no header, or cannot be read at all.
    """
    seen = peek(path)
    if seen.head.startswith(b"PAR1"):
        return _of_parquet(path, seen)
    encoding = encoding_of(seen.head)
    text = _text(seen.head, encoding.codec, is_whole=seen.is_whole)
    further = [_text(lines, encoding.codec, is_whole=True) for lines in seen.windows]
    settings = []
    if encoding.needs_saying or encoding.score < 1:
        settings.append(Setting("encoding", encoding.name, encoding.score, encoding.reason))
    if text.lstrip()[:1] in ("{", "["):
        found = _of_json(path.name, seen, text, further, settings)
        if found:
            return found
    if chats.is_chat(text):
        kind = Setting("type", "chat", 0.9, "each line is a time, an author and a message")
        rows = chats.messages(text)[:SEEN_ROWS]
        return _sample(path.name, "chat", seen, [kind, *settings], rows, chats.COLUMNS)
    return _of_delimited(path.name, seen, text, further, settings)


def _text(lines: bytes, codec: str, *, is_whole: bool) -> str:
    """Decoded, up to the last whole line unless it is all there is; stray bytes are shown."""
    wide = codec.startswith("utf-16")
    text = lines[: len(lines) - len(lines) % 2 if wide else None].decode(codec, "replace")
    if is_whole:
        return text
    return text[: text.rfind("\n") + 1] or text


def _of_delimited(
    name: str, seen: Peek, text: str, further: Sequence[str], settings: list[Setting]
) -> Sample:
    layout = layout_of(text, further=further)
    share = layout.alike / max(layout.counted, 1)
    found = []
    if layout.delimiter != "," and layout.width > 1:
        found.append(Setting("delimiter", layout.delimiter, share, layout.delimiter_reason))
    if layout.quote != '"':
        found.append(Setting("quote", layout.quote, 0.8, "cells stand in apostrophes"))
    if layout.skip_lines:
        said = f"{layout.skip_lines} lines stand before the header"
        found.append(Setting("skip_lines", layout.skip_lines, 0.8, said))
    if layout.header_rows != 1:
        said = "the second line names what the first one leaves blank"
        if not layout.header_rows:
            said = "the first line holds values: columns are called by their places"
        found.append(Setting("header_rows", layout.header_rows, 0.8, said))
    if share < 1:
        odd = layout.counted - layout.alike
        said = f"{odd} of {layout.counted} rows have another number of columns: to quarantine"
        found.append(Setting("", None, share, said))
    filled = [cells for cells in layout.rows if any(map(str.strip, cells))]
    if len(filled) < len(layout.rows):
        said = f"{len(layout.rows) - len(filled)} rows hold nothing but delimiters: to quarantine"
        found.append(Setting("", None, share, said))
    rows = [dict(zip(layout.header, cells, strict=True)) for cells in filled]
    kept = [row for row in rows if any(cell.strip() != named for named, cell in row.items())]
    sample = _sample(name, "csv", seen, [*found, *settings], kept, layout.header)
    return replace(sample, repeated_headers=len(rows) - len(kept))


def _of_json(
    name: str, seen: Peek, text: str, further: Sequence[str], settings: list[Setting]
) -> Sample | None:
    lines = [found for found in map(_object, text.splitlines()[:SEEN_ROWS]) if found is not None]
    filled = sum(bool(line.strip()) for line in text.splitlines()[:SEEN_ROWS])
    is_lines = bool(lines) and 2 * len(lines) > filled
    if is_lines and (filled > 1 or seen.ending.lower() in (".jsonl", ".ndjson")):
        lines += [found for more in further for found in map(_object, more.splitlines()) if found]
        said = f"{len(lines)} of the lines looked at are an object each"
        return _of_objects(name, seen, [Setting("type", "jsonl", 1.0, said), *settings], lines)
    found = documents.document_of(documents.parsed(text))
    if found is None:
        return None
    said = "it is one JSON document" if found.is_one else "it is an array of objects"
    if found.rows:
        said = "one JSON document; its rows stand in an array"
        array = f"{len(found.elements)} objects stand there"
        settings = [Setting("rows", found.rows, 0.8, array), *settings]
    settings = [Setting("type", "json", 0.9, said), *settings]
    return _of_objects(name, seen, settings, found.elements, parent=found.parent)


def _object(line: str) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _of_objects(
    name: str,
    seen: Peek,
    settings: list[Setting],
    found: Sequence[Mapping[str, Any]],
    *,
    parent: Mapping[str, Any] | None = None,
) -> Sample:
    keyed = documents.keyed_lists(found)
    if keyed:
        said = "arrays of {key, value}: each key becomes a column"
        settings = [*settings, Setting("keyed_lists", list(keyed), 0.9, said)]
    around = {"parent": parent} if parent else {}
    rows = [documents.flat({**row, **around}, keyed=keyed) for row in found[:SEEN_ROWS]]
    texts = [cell for row in rows[:200] for cell in row.values() if not cell.isascii()]
    misread = misread_as_latin_1(texts)
    if misread and 2 * misread >= len(texts):
        said = f"{misread} of {len(texts)} texts with accents are UTF-8 read as Latin-1"
        settings = [*settings, Setting("mojibake", "latin-1", 0.8, said)]
        rows = [{name: mended(cell) for name, cell in row.items()} for row in rows]
    names = tuple(dict.fromkeys(name for row in rows for name in row))
    kind = str(settings[0].value)
    return _sample(name, kind, seen, settings, rows, names)


def _of_parquet(path: Path, seen: Peek) -> Sample:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        opened = pq.ParquetFile(path)
        batch = next(opened.iter_batches(batch_size=SEEN_ROWS), None)
        found = batch.to_pylist() if batch is not None else []
    except (OSError, pa.ArrowException) as fault:
        raise DeliveryError(
            what=f"the file cannot be read ({type(fault).__name__})",
            where=path.name,
            next_step="check that it is whole",
        ) from fault
    rows = [{k: _plain(v) for k, v in row.items()} for row in found]
    said = Setting("type", "parquet", 1.0, "its mark says so")
    sample = _of_objects(path.name, seen, [said], rows)
    names = tuple(dict.fromkeys([*opened.schema_arrow.names, *sample.column_names]))
    kept = [n for n in names if "." in n or not any(o.startswith(f"{n}.") for o in names)]
    return _sample(path.name, "parquet", seen, [*sample.settings], [*sample.rows], kept)


def _plain(value: object) -> object:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _sample(
    name: str,
    kind: str,
    seen: Peek,
    settings: list[Setting],
    rows: Sequence[Mapping[str, str]],
    names: Sequence[str],
) -> Sample:
    columns = tuple(columns_of(rows, names))
    return Sample(
        name=name,
        kind=kind,
        ending=seen.ending,
        packing=seen.packing,
        settings=tuple(settings),
        columns=columns,
        rows=tuple(rows),
        is_whole=seen.is_whole,
    )


def columns_of(rows: Sequence[Mapping[str, str]], names: Sequence[str]) -> Iterator[Column]:
    """What each of some columns holds in the rows of a sample."""
    for place, name in enumerate(names):
        cells = (row.get(name, "").strip() for row in rows)
        yield Column(name, place, len(rows), tuple(cell for cell in cells if cell))
