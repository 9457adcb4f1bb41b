"""First names that stand for one another: each formal name with its short and pet forms.

Most names are those of the package `nicknames` (Carlton Northern and others, Apache-2.0), a curated
table of English given names; the table beside this file adds what it lacks: forms usual in the UK
and Spanish ones. A short form may belong to several formal names (*alex*, *chris*, *pat*).
"""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path

from nicknames import NickNamer

_MORE = Path(__file__).with_suffix(".csv")


@lru_cache(maxsize=1)
def _formal_names() -> dict[str, tuple[str, ...]]:
    """Short form to formal names; those with the most short forms, the commonest, first.

    Where the package lists a pair in both directions, the name with more short forms is the
    formal one.
    """
    forms_of = NickNamer().nickname_lookup
    with _MORE.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            forms_of.setdefault(row["formal"], set()).update(row["forms"].split())
    formal: dict[str, set[str]] = {}
    for name, forms in forms_of.items():
        for form in forms:
            back = forms_of.get(form, set())
            if name not in back or (len(forms), form) > (len(back), name):
                formal.setdefault(form, set()).add(name)
    return {
        form: tuple(sorted(names, key=lambda name: (-len(forms_of[name]), name)))
        for form, names in formal.items()
    }


@lru_cache(maxsize=100_000)
def name_forms(name: str) -> tuple[str, ...]:
    """The formal names that a folded first name may stand for, the name itself last.

    Two names are compatible when their forms overlap.

    >>> name_forms("bob"), "alexander" in name_forms("sasha")
    (('robert', 'bert', 'bobby', 'roberto', 'bob'), True)
    """
    return (*_formal_names().get(name, ()), name)
