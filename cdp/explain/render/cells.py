"""Cells and tables: values as plain text, never as markup or as commands to a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from rich.box import SIMPLE_HEAD
from rich.console import JustifyMethod
from rich.table import Table
from rich.text import Text

# A value that moves the cursor or sets the window's title is no value; line breaks may stay.
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


_ID = re.compile(r"[cd]_[a-z0-9]{16}|[a-z][a-z0-9_]*:[^\s/]\S*")


def plain(text: str) -> str:
    r"""A text whose control characters are blanks, so that a terminal obeys none of them.

    >>> plain("Kate\x1b[2J\tMarsh")
    'Kate [2J Marsh'
    """
    return _CONTROLS.sub(" ", text)


def percent(share: float | None) -> str:
    """A share as percent, three digits; never 0 or 100 when it is not.

    >>> percent(0.98467), percent(0.00011), percent(0.99999), percent(0), percent(None)
    ('98.5 %', '0.011 %', '>99.9 %', '0 %', 'none to judge')
    """
    if share is None:
        return "none to judge"
    if 0.9995 <= share < 1:
        return ">99.9 %"
    return f"{100 * share:.3g} %"


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
    return Text(plain(text))


def grid(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, right: int = 0
) -> Table:
    """A titled table; the last ``right`` columns are numbers.

    Ids and ``source:key`` are copied, so none is broken: where room lacks, other columns fold, and
    then the table is wider than the screen.
    """
    shown = [[cell(value) for value in row] for row in rows]
    table = Table(
        title=title, title_justify="left", title_style="bold", header_style="dim",
        box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True,
    )  # fmt: skip
    for place, name in enumerate(columns):
        is_number = place >= len(columns) - right
        justify: JustifyMethod = "right" if is_number else "left"
        texts = [name, *(row[place].plain for row in shown)]
        longest, is_all_ids = _ids_of(texts)
        table.add_column(
            name, justify=justify, overflow="fold", no_wrap=is_number or is_all_ids,
            min_width=longest or None,
        )  # fmt: skip
    for row in shown:
        table.add_row(*row)
    return table


def _ids_of(texts: Sequence[str]) -> tuple[int, bool]:
    """How long the longest id of a column is, and whether all below its heading is ids."""
    words = [text.replace(",", " ").split() for text in texts]
    lengths = [len(word) for each in words for word in each if _ID.fullmatch(word)]
    below = [each for each in words[1:] if each]
    is_all_ids = all(len(each) == 1 and _ID.fullmatch(each[0]) for each in below)
    return max(lengths, default=0), bool(below) and is_all_ids
