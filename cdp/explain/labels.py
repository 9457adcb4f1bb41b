"""Known people as a file: which records are one person, told by whoever judged them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from cdp.errors import ContractError, NotFoundError

_NAMES: Mapping[str, tuple[str, ...]] = {
    "source": ("source",),
    "key": ("source_record_id", "key"),
    "entity": ("entity", "person_id"),
}
_RECORD = "record"
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
    rows = _named(_read(path), path.name)
    if not rows.height:
        raise ContractError(what="there is no label", where=path.name, next_step=_SHAPE)
    nameless = rows.filter(pl.any_horizontal(pl.col("source", "key").is_null())).height
    if nameless:
        raise ContractError(
            what="labels do not say which record they mean", where=path.name, how_many=nameless,
            next_step="fill in the source and its key in every row, or leave the row out",
        )  # fmt: skip
    once = rows.unique().sort("source", "key", "entity")
    twice = once.height - once.select("source", "key").unique().height
    if twice:
        raise ContractError(
            what="records have more than one entity", where=path.name, how_many=twice,
            next_step="keep one row per record: it is one person, or (entity blank) nobody known",
        )  # fmt: skip
    return once


def _read(path: Path) -> pl.DataFrame:
    if not path.is_file():
        raise NotFoundError(
            what="there is no such file", where=path.name, next_step="name a CSV or Parquet file"
        )
    try:
        if path.suffix == ".parquet":
            return pl.read_parquet(path)
        return pl.read_csv(path, infer_schema=False)
    except pl.exceptions.NoDataError:
        return pl.DataFrame(schema=dict.fromkeys(("source", "key", "entity"), pl.String))
    except (pl.exceptions.PolarsError, UnicodeError, OSError):
        # The library's own words may quote a cell.
        kind = "Parquet" if path.suffix == ".parquet" else "CSV in UTF-8"
        raise ContractError(
            what=f"the file cannot be read as {kind}", where=path.name, next_step=_SHAPE
        ) from None


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
            what=f"there is no column {', '.join(missing)}", where=where, next_step=_SHAPE
        )
    text = [
        pl.col(str(column)).cast(pl.String).str.strip_chars().replace("", None).alias(ours)
        for ours, column in found.items()
    ]
    return table.select(text)
