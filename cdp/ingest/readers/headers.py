"""Header rows of delimited text: what parts their names, and the columns that they name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest

from cdp.ingest.readers.json_cells import numbered

DELIMITERS = (",", ";", "\t", "|")
"""What may part columns where the contract does not say."""

JOINT = " - "
"""Between the names of several header rows."""


def delimiter_of(header: str) -> str:
    """The sign that parts a header's names: the one most often outside quotes, a comma on a tie.

    >>> delimiter_of('id;"name, or firm";e-mail'), delimiter_of("id")
    (';', ',')
    """
    bare = re.sub(r'"[^"]*"', "", header)
    return max(DELIMITERS, key=bare.count)


def joined_names(rows: Sequence[Sequence[str]]) -> list[str]:
    """The names that several header rows make together.

    A blank cell takes the name left of it, save in the last row, where another row names a column.

    >>> joined_names([["id", "Contact", ""], ["", "Name", "Email"]])
    ['id', 'Contact - Name', 'Contact - Email']
    """
    *upper, last = list(zip(*zip_longest(*rows, fillvalue=""), strict=True))
    filled: list[Sequence[str]] = []
    for row in upper:
        names, left = [], ""
        for place, cell in enumerate(row):
            is_named = any(other[place].strip() for other in rows if place < len(other))
            left = cell.strip() or left
            names.append(left if is_named else "")
        filled.append(names)
    return [
        JOINT.join(name.strip() for name in column if name.strip())
        for column in zip(*filled, last, strict=True)
    ]


def unique_names(names: Sequence[str]) -> tuple[str, ...]:
    """Column names, made unique: a second ``Notes`` is ``Notes_2``, a blank one ``column_5``.

    >>> unique_names(["Notes", "", "Notes", "Notes_2"])
    ('Notes', 'column_2', 'Notes_2', 'Notes_2_2')
    """
    named = (name.strip() or f"column_{place}" for place, name in enumerate(names, start=1))
    return tuple(numbered(named))
