"""First names that stand for one another: each formal name with its short and pet forms.

The table beside this file is common knowledge of English names, with the forms usual in the US
and the UK; a short form may belong to several formal names (*alex*, *chris*, *pat*).
"""

from __future__ import annotations

import csv
from pathlib import Path

_TABLE = Path(__file__).with_suffix(".csv")


def _by_form(table: Path) -> dict[str, tuple[str, ...]]:
    formal: dict[str, list[str]] = {}
    with table.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            for form in row["forms"].split():
                formal.setdefault(form, []).append(row["formal"])
    return {form: tuple(names) for form, names in formal.items()}


_FORMAL = _by_form(_TABLE)


def name_forms(name: str) -> tuple[str, ...]:
    """The formal names that a folded first name may stand for, the name itself last.

    Two names are compatible when their forms overlap.

    >>> name_forms("bob"), name_forms("robert"), name_forms("alex")
    (('robert', 'roberto', 'bob'), ('robert',), ('alexander', 'alexandra', 'alex'))
    """
    return (*_FORMAL.get(name, ()), name)
