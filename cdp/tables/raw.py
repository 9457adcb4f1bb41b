"""Rows as they came: one table per source, all of one shape."""

from __future__ import annotations

from cdp.tables.contract import INTEGER, TEXT, Column, Contract, key_column, long_column

_SOURCE_ROW = (
    "line of the file where the row starts, from 1; its place in JSON arrays and Parquet; of a "
    "delivery that mends another: that of the row mended"
)


def raw_rows(source: str) -> Contract:
    """The contract of ``raw.<source>``: a row of a delivery, verbatim and as fields."""
    return Contract(
        name=f"raw.{source}",
        grain="one row of one delivery, as it came",
        key=("delivery_id", "source_row"),
        columns=(
            key_column("delivery_id", TEXT, "the delivery (file) that brought the row"),
            key_column("source_file", TEXT, "path of the file inside the project"),
            key_column("source_row", INTEGER, _SOURCE_ROW),
            long_column("raw", "the row's text, verbatim, its line end with it", nullable=False),
            long_column("fields", "the row as a JSON object; null when unreadable"),
            Column("fault", TEXT, "why the row could not be read; null when it could"),
        ),
    )


def reference_rows(source: str) -> Contract:
    """The contract of ``reference.<source>``: the current rows of a reference table."""
    return Contract(
        name=f"reference.{source}",
        grain="one current row of a reference source",
        key=("record_key",),
        columns=(
            key_column("record_key", TEXT, "the source's own key"),
            key_column("delivery_id", TEXT, "the delivery that brought the row"),
            key_column("source_file", TEXT, "path of the file inside the project"),
            key_column("source_row", INTEGER, _SOURCE_ROW),
            key_column("attributes", TEXT, "the row as a JSON object"),
        ),
    )
