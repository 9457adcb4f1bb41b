"""A draft by a preset: its name, where the files lie, and what this file has otherwise."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from cdp.drafting.contract import Drafted
from cdp.drafting.delimited import SEEN_BY_READER
from cdp.drafting.doubts import guesses
from cdp.drafting.entries import Entry
from cdp.drafting.looking import Surroundings
from cdp.drafting.moments import time_columns
from cdp.drafting.recognising import named_by
from cdp.drafting.sample import Sample
from cdp.drafting.settings import format_entries, order_of_dates
from cdp.drafting.times import reads, written_times
from cdp.project import Preset

_TIMES = ("observed_at", "occurred_at")


def draft_by_preset(
    sample: Sample, around: Surroundings, preset: Preset, *, people: Mapping[str, Collection[str]]
) -> Drafted:
    """The contract of a file that a preset fits; ``people`` are the project's sources by preset."""
    place, there = around.place, named_by(preset)
    said = f"all {there} columns that it is known by are there" if there else "its lines look so"
    entries = [
        Entry(("source",), place.name),
        Entry(("preset",), preset.name, 0.95, said),
        Entry(("path",), place.pattern, None, "" if place.is_inside else "copy the file there"),
    ]
    if place.date:
        why = "the file's name has a date"
        entries.append(Entry(("delivered_at", "from_name"), place.date, 0.9, why))
    entries += _format(sample, around, preset.contract)
    entries += _times(sample, around, preset.contract)
    entries += _person_ref(preset.contract, people)
    return Drafted(tuple(entries), (), tuple(guesses(entries)))


def _format(sample: Sample, around: Surroundings, contract: Mapping[str, Any]) -> Iterator[Entry]:
    """What of the file's format neither its preset nor a reader tells."""
    stated = contract.get("format") or {}
    known = {"type": stated} if isinstance(stated, str) else stated
    times = time_columns(sample, is_month_first=around.is_month_first)
    for entry in (*format_entries(sample), *order_of_dates(sample, times)):
        key = entry.path[-1]
        is_seen = key == "delimiter" and key not in known and entry.value in SEEN_BY_READER
        # An order of dates that nothing settles is the reader's to see, though it is the preset's.
        is_open = key == "date_order"
        if (is_open or str(known.get(key)) != str(entry.value)) and not is_seen:
            yield entry


def _times(sample: Sample, around: Surroundings, contract: Mapping[str, Any]) -> Iterator[Entry]:
    """Formats of times that those of the preset do not read."""
    for name in _TIMES:
        stated = contract.get(name)
        said = stated if isinstance(stated, Mapping) else {"column": stated}
        column = said.get("column")
        if not isinstance(column, str) or column not in sample.column_names:
            continue
        tested = sample.column(column).tested
        usual = str(said.get("format", "auto"))
        found = written_times(tested, is_month_first=around.is_month_first)
        read = sum(reads(value, usual) for value in tested)
        if found is None or found.format == usual or found.read <= read:
            continue
        why = f"{found.read} of {found.seen} values are read so, {read} as the preset has it"
        if found.other:
            why += f"; AMBIGUOUS: {found.other} reads as many"
        if isinstance(stated, str):
            yield Entry((name, "column"), column)
        yield Entry((name, "format"), found.format, 0.45 if found.other else 0.9, why)


def _person_ref(
    contract: Mapping[str, Any], people: Mapping[str, Collection[str]]
) -> Iterator[Entry]:
    """A key in the reference's place, where the project has no source that it is meant for."""
    ref = contract.get("person_ref")
    if not isinstance(ref, Mapping) or "preset" not in ref:
        return
    found = sorted(people.get(str(ref["preset"]), ()))
    if len(found) > 1:
        why = f"{len(found)} sources have this preset: choose"
        yield Entry(("person_ref", "source"), found[0], 0.4, why)
    elif not found:
        why = f"the project has no source of the preset {ref['preset']} yet; take this line away"
        yield Entry(("person_ref",), None, 0.9, f"{why} and the next when it has")
        yield Entry(("keys", str(ref["preset"])), ref.get("key"), 0.9, "whose row it is")
