"""Columns of a file as they may be told: where it has no header, its first row is taken for one."""

from __future__ import annotations

import re
from collections.abc import Sequence

LIKE_A_VALUE = r"@|[0-9]{4}|[0-9][-/.][0-9]{1,2}[-/.][0-9]{2}"
"""Somewhere in a name: the name may hold an email, a date, a number of somebody."""

A_VALUE = (
    r"^\s*([^@\s]+@[^@\s]+\.[A-Za-z]+"
    r"|[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{2,4}([ T][0-9:.+Z-]*)?"
    r"|\(?\+?[0-9][0-9 ()/.-]{6,}[0-9])\s*$"
)
"""A whole name that is an email, a date or a phone number: then so are its neighbours values.

Both patterns are read by Python and by RE2 alike.
"""


def is_of_values(header: Sequence[str]) -> bool:
    """Whether a header is a row: one of its names is an email, a date or a phone number."""
    return any(re.search(A_VALUE, name) for name in header)


def names_told(header: Sequence[str]) -> tuple[str, ...]:
    """The columns of a header as errors and messages may call them, in their order.

    A name that looks like a value is told by its place, and of a header of values each is.

    >>> names_told(["id", "Sales 2026", "City"]), names_told(["Ann Lee", "ann@example.com"])
    (('id', 'column 2', 'City'), ('column 1', 'column 2'))
    """
    hidden = is_of_values(header)
    return tuple(
        f"column {place}" if hidden or re.search(LIKE_A_VALUE, name) else name
        for place, name in enumerate(header, start=1)
    )
