"""Cells and tables: values as plain text, never as markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from rich.box import SIMPLE_HEAD
from rich.console import JustifyMethod
from rich.table import Table
from rich.text import Text


def cell(value: object) -> Text:
    """One value: nothing for null, thousands apart, instants to the minute, lists with commas.

    >>> cell(None).plain, cell(12345).plain, cell(["a", "[red]"]).plain, cell(0.25).plain
    ('', '12,345', 'a, [red]', '0.25')
    """
    match value:
        case None:
            text = ""
        case bool():
            text = "yes" if value else "no"
        case int():
            text = f"{value:,}"
        case float():
            text = f"{value:.2f}"
        case datetime():
            text = f"{value:%Y-%m-%d %H:%M}"
        case list() | tuple():
            text = ", ".join(map(str, value))
        case _:
            text = str(value)
    return Text(text)


def grid(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, right: int = 0
) -> Table:
    """A titled table; the last ``right`` columns are numbers."""
    table = Table(
        title=title, title_justify="left", title_style="bold", header_style="dim",
        box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True,
    )  # fmt: skip
    for place, name in enumerate(columns):
        is_number = place >= len(columns) - right
        justify: JustifyMethod = "right" if is_number else "left"
        table.add_column(name, justify=justify, overflow="fold", no_wrap=is_number)
    for row in rows:
        table.add_row(*(cell(value) for value in row))
    return table
