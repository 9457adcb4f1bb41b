"""Known people as a file: which records are one person, told by whoever judged them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from cdp.errors import ContractError, NotFoundError

_NAMES: Mapping[str, tuple[str, ...]] = {
    "source": ("source",),
    "key": ("source_record_id", "key"),
    "entity": ("entity", "person_id"),
}
_RECORD = "record"
_LABEL = ["source", "key", "entity"]
_MOST_NAMED = 5
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_ -]*")
_SHAPE = (
    "the first line names the columns source, source_record_id and entity, set apart by commas;"
    " `record` as source:key may stand for the first two"
)


def read_labels(path: Path) -> pl.DataFrame:
    """The labels of a CSV (UTF-8, commas) or Parquet file.

    Columns: `source`; `source_record_id` (or `key`), the source's own key of a record, or of an
    event with its person inside; `entity` (or `person_id`), any name for the person, blank when
    nobody is known. One column `record`, as `source:key` or `source/key`, may stand for the first
    two. Other columns are passed over.

    Returns:
        source, key, entity (null: nobody is known), all text, trimmed; each source and key once,
        sorted.

    Raises:
        NotFoundError: There is no such file.
        ContractError: It cannot be read, lacks a column, is empty, does not say of a row which
            record it means, or gives one record two people. No value of it is told.
    """
    # The header is row 1, as in a spreadsheet.
    rows = _named(_read(path), path.name).with_row_index("row", offset=2)
    if not rows.height:
        raise ContractError(what="there is no label", where=path.name, next_step=_SHAPE)
    nameless = rows.filter(pl.any_horizontal(pl.col("source", "key").is_null()))
    if nameless.height:
        raise ContractError(
            what=f"labels do not say which record they mean: {_places(nameless, 'row')}",
            where=path.name, how_many=nameless.height,
            next_step="fill in the source and its key in every row, or leave the row out",
        )  # fmt: skip
    once = rows.unique(_LABEL, keep="first").sort(_LABEL)
    twice = (
        once.group_by("source", "key")
        .agg(pl.len(), pl.col("row").min().alias("first"), pl.col("row").sort())
        .filter(pl.col("len") > 1)
        .sort("first")
        .select(rows=pl.col("row").cast(pl.List(pl.String)).list.join(" and "))
    )
    if twice.height:
        raise ContractError(
            what=f"records have more than one entity: {_places(twice, 'rows')}",
            where=path.name, how_many=twice.height,
            next_step="keep one row per record: it is one person, or (entity blank) nobody known",
        )  # fmt: skip
    return once.select(_LABEL)


def _places(found: pl.DataFrame, column: str) -> str:
    """The first places of a fault; the header is row 1."""
    named = [str(place) for place in found[column].head(_MOST_NAMED)]
    more = f" and {found.height - _MOST_NAMED} more" if found.height > _MOST_NAMED else ""
    return f"row{'s' if ' ' in named[0] or named[1:] else ''} {'; '.join(named)}{more}"


def _read(path: Path) -> pl.DataFrame:
    if not path.is_file():
        raise NotFoundError(
            what="there is no such file", where=path.name, next_step="name a CSV or Parquet file"
        )
    try:
        if path.suffix == ".parquet":
            return pl.read_parquet(path)
        table = pl.read_csv(path, infer_schema=False)
        # UTF-16 may pass for a line of odd signs.
        if any("\0" in name or "\ufffd" in name for name in table.columns):
            raise _not_utf8(path)
        return table
    except pl.exceptions.NoDataError:
        return pl.DataFrame(schema=dict.fromkeys(("source", "key", "entity"), pl.String))
    except (pl.exceptions.PolarsError, UnicodeError, OSError):
        # The library's own words may quote a cell.
        if path.suffix != ".parquet" and not _is_utf8(path):
            raise _not_utf8(path) from None
        kind = "Parquet" if path.suffix == ".parquet" else "CSV"
        raise ContractError(
            what=f"the file cannot be read as {kind}", where=path.name, next_step=_SHAPE
        ) from None


def _is_utf8(path: Path) -> bool:
    try:
        text = path.read_bytes().decode()
    except (UnicodeDecodeError, OSError):
        return False
    return "\0" not in text


def _not_utf8(path: Path) -> ContractError:
    return ContractError(
        what="the file is not UTF-8", where=path.name,
        next_step="save it as CSV UTF-8; a spreadsheet's Unicode text is UTF-16",
    )  # fmt: skip


def _named(table: pl.DataFrame, where: str) -> pl.DataFrame:
    """The columns under our names, as trimmed text; blank is null."""
    held = {name.strip().lower(): name for name in table.columns}
    found = {
        ours: next((held[name] for name in names if name in held), None)
        for ours, names in _NAMES.items()
    }
    if _RECORD in held and not (found["source"] and found["key"]):
        # A source's name has neither sign, so the first one ends it.
        parts = pl.col(held[_RECORD]).cast(pl.String).str.extract_groups(r"^([^:/]*)[:/](?s:(.*))$")
        table = table.with_columns(
            parts.struct.field("1").alias("source"), parts.struct.field("2").alias("key")
        )
        found |= {"source": "source", "key": "key"}
    missing = [" or ".join(_NAMES[ours]) for ours, column in found.items() if column is None]
    if missing:
        raise ContractError(
            what=f"there is no column {', '.join(missing)}{_columns_told(table.columns, found)}",
            where=where, next_step=_SHAPE,
        )  # fmt: skip
    text = [
        pl.col(str(column)).cast(pl.String).str.strip_chars().replace("", None).alias(ours)
        for ours, column in found.items()
    ]
    return table.select(text)


def _columns_told(columns: Sequence[str], found: Mapping[str, str | None]) -> str:
    """Which columns there are. A first line without any known name may be a person's values."""
    sign = next((sign for sign in ";\t|" if len(columns) == 1 and sign in columns[0]), None)
    if sign and {*columns[0].lower().split(sign)} & {name for n in _NAMES.values() for name in n}:
        return f"; the columns are set apart by {'a tab' if sign == chr(9) else f'`{sign}`'}"
    if not any(found.values()):
        return f"; none of the {len(columns)} columns of the first line is known"
    told = [name.strip() for name in columns if _WORD.fullmatch(name.strip())]
    rest = f" and {len(columns) - len(told)} more" if len(told) < len(columns) else ""
    return f"; there are: {', '.join(told)}{rest}"
