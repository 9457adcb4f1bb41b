"""Rows that are lines of one event, such as the items of an order: they share its key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from cdp.drafting.keys import key_columns
from cdp.drafting.sample import Sample, columns_of

FEWEST_EVENTS = 3
"""So many events of several rows at least: of fewer it may be luck that rows agree."""
MOST_APART = 0.05
"""The largest share of keys whose rows stand in several places of the file."""


@dataclass(frozen=True)
class LineRows:
    """Events of several rows: ``key`` is theirs, ``items`` are the columns that differ in one.

    ``folded`` is the sample as a contract with these ``line_items`` reads it, without the items.
    """

    key: str
    items: tuple[str, ...]
    events: int
    folded: Sample

    @property
    def reason(self) -> str:
        """Why the columns are taken for those of items."""
        return f"in {self.events} events rows after one another share {self.key}; these differ"


def line_rows(sample: Sample) -> LineRows | None:
    """The events of several rows in a sample; null where rows that share a key say nothing new.

    Of several keys the first in the file that fits is taken.
    """
    for key in key_columns(sample):
        full = len(key.column.values) == key.column.rows
        if key.entity == "event" and full and not key.column.is_unique:
            found = _by(sample, key.name)
            if found is not None:
                return found
    return None


def _by(sample: Sample, key: str) -> LineRows | None:
    runs = [[*rows] for _, rows in groupby(sample.rows, lambda row: row[key].strip())]
    several = [run for run in runs if len(run) > 1]
    keys = {run[0][key].strip() for run in runs}
    if len(several) < FEWEST_EVENTS or len(runs) - len(keys) > MOST_APART * len(keys):
        return None
    items = tuple(n for n in sample.column_names if any(_differs(run, n) for run in several))
    names = [name for name in sample.column_names if name not in items]
    if not items or len(names) < len(items) / 2:
        return None
    rows = tuple(_first_stated(run, names) for run in runs)
    folded = replace(sample, rows=rows, columns=tuple(columns_of(rows, names)))
    return LineRows(key, items, len(several), folded)


def _differs(run: Sequence[Mapping[str, str]], name: str) -> bool:
    return len({cell for row in run if (cell := row.get(name, "").strip())}) > 1


def _first_stated(run: Sequence[Mapping[str, str]], names: Sequence[str]) -> dict[str, str]:
    return {
        name: next((cell for row in run if (cell := row.get(name, "")).strip()), "")
        for name in names
    }
