"""What the rows of a file leave in doubt: letters, amounts and dates that may be others."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from cdp import ingest
from cdp.drafting.encoding import misread_by
from cdp.project import FileFormat, Source, Written, columns_named


def misread_letters(rows: Sequence[ingest.Row], read_as: FileFormat) -> str:
    """In how many rows texts look like UTF-8 read as Latin-1, and what mends it; empty if none do.

    Args:
        rows: The first ones of a file, or all.
        read_as: Its format, with the encoding that it was read by.
    """
    by_row = [set(filter(None, map(misread_by, _texts(json.loads(r.fields or "null")))))
              for r in rows]  # fmt: skip
    count = sum(map(bool, by_row))
    if not count:
        return ""
    is_latin = "latin-1" in set.union(*by_row)
    told = f"the texts of {count} of the {len(rows)} rows looked at seem to be UTF-8 read as"
    return f"{told} {'Latin-1' if is_latin else 'cp1252'}: {_remedy(read_as, is_latin=is_latin)}"


def _remedy(read_as: FileFormat, *, is_latin: bool) -> str:
    if not read_as.encoding.lower().startswith("utf"):
        return "state `encoding: utf-8` under `format`"
    if is_latin and read_as.has_paths and read_as.mojibake is None:
        return "state `mojibake: latin-1` under `format`"
    return "the file itself holds them so. Names are mended; ask for it anew, written as UTF-8"


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def doubtful_amounts(rows: Sequence[ingest.Row], source: Source) -> str:
    """In how many rows an amount has three digits after a dot where others have a comma.

    `1.234` is read as a little more than one; beside `56,78` it was probably a thousand.
    """
    if source.amount is None:
        return ""
    path = source.amount.column.split(".") if source.format.has_paths else [source.amount.column]
    amounts = [str(_at(json.loads(r.fields or "null"), path) or "").strip() for r in rows]
    odd = sum(bool(_DOT_AND_THREE.search(amount)) for amount in amounts)
    if not odd or not any(map(_COMMA.search, amounts)):
        return ""
    return (
        f"`{source.amount.column}`: {odd} of the {len(rows)} rows looked at have three digits after"
        " a dot, and are read as fractions, though others have a decimal comma: ask for amounts"
        " that all have their decimals"
    )


_DOT_AND_THREE = re.compile(r"^\W*[1-9]\d{0,2}\.\d{3}(?![\d.,])")
_COMMA = re.compile(r"\d,\d{1,2}(?!\d)")


def _at(value: object, path: Sequence[str]) -> object:
    for part in path:
        value = value.get(part) if isinstance(value, dict) else None
    return value


def is_order_open(path: Path, source: Source) -> bool:
    """Whether no date of a chat settles which number is the day, and the contract needs it.

    Raises:
        DeliveryError: The file cannot be read.
    """
    if source.format.type != "chat" or "sent_at_iso" not in columns_named(source):
        return False
    unsaid = source.format.model_copy(update={"date_order": None})
    with ingest.open_rows(path, unsaid) as reader:
        return reader.read_as.date_order is None


def open_order(source: Source, written: Written) -> str:
    """What is done with dates whose order nothing settles, and what settles it."""
    order = source.format.date_order
    told = "no date settles whether the day or the month comes first"
    if order is not None and states_order(written):
        return f"{told}; `date_order: {order}` of the contract decides"
    taken = f"`{order}` of the preset is taken" if order else "times are left empty"
    return f"{told}, and {taken}: state `date_order: dmy` or `mdy` under `format`"


def states_order(written: Written) -> bool:
    """Whether a contract itself, and not its preset, says which number of a date is the day."""
    line = written.lines.get(("format", "date_order"))
    return line is not None and line != written.lines.get(("preset",))
