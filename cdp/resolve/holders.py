"""How many people the first names seen with one identifier stand for."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher

import pyarrow as pa

from cdp.engine import SqlFunction
from cdp.resolve.nicknames import name_forms

_ALIKE = 0.7


def people_named(names: Iterable[str], surnames: Iterable[str]) -> int:
    """The number of people, as few as the names allow.

    Short forms, slips and initials are no second person, and a first name that is somebody's
    surname stands in the wrong column.

    >>> people_named(["bob", "robert", "robret", "r"], []), people_named(["ann", "paul"], [])
    (1, 2)
    >>> people_named(["keith", "anderson"], ["anderson"]), people_named([], [])
    (1, 0)
    """
    named = sorted(set(names))
    wrong = set(surnames)
    groups: list[list[str]] = []
    for name in sorted((n for n in named if n not in wrong), key=lambda n: (-len(n), n)):
        near = [group for group in groups if any(_may_be_one(name, other) for other in group)]
        groups = [group for group in groups if group not in near]
        groups.append([name, *(other for group in near for other in group)])
    return max(len(groups), 1 if named else 0)


def _may_be_one(one: str, other: str) -> bool:
    if min(len(one), len(other)) == 1:
        return one[0] == other[0]
    forms = set(name_forms(one)) & set(name_forms(other))
    return bool(forms) or SequenceMatcher(None, one, other).ratio() >= _ALIKE


def _over_arrays(names: pa.Array, surnames: pa.Array) -> pa.Array:
    rows = zip(names.to_pylist(), surnames.to_pylist(), strict=True)
    return pa.array([people_named(n or (), s or ()) for n, s in rows], pa.int64())


PEOPLE_NAMED = SqlFunction("people_named", _over_arrays, ("VARCHAR[]", "VARCHAR[]"), "BIGINT")
"""The same in SQL, over lists without nulls."""
