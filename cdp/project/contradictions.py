"""Settings that are right one by one and wrong together.

These rules look at what is written, not at the models: a misspelt key somewhere hides none of
them, so that all faults are reported at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cdp.errors import Fault
from cdp.project.file_format import unused_keys
from cdp.project.reading import Written
from cdp.project.source import Expectation
from cdp.project.vocabulary import JOINED, MANY_VALUED, did_you_mean

_OF_KEYS = {
    "has_no_duplicates": "two keys of the source are two customers",
    "merged_keys": "it lists former keys of the same source",
}
_TOUCHPOINT = ("touchpoint_key", "occurred_at", "channel")
_OF_EVENTS = (
    *(*_TOUCHPOINT, "line_items", "event_type", "amount", "currency", "score", "campaign"),
    "person_ref",
)
_OF_PERSONS = ("person", "keys", "consent")
_REQUIRED = {
    "people": ("record_key",),
    "events": _TOUCHPOINT,
    "both": ("record_key", *_TOUCHPOINT),
    "reference": (),
}
_UNUSED = {
    "people": _OF_EVENTS,
    "events": (),
    "both": ("line_items", "person_ref"),
    "reference": (*_OF_EVENTS, *_OF_PERSONS, "has_no_duplicates"),
}


def contradictions(written: Written) -> Iterator[Fault]:
    """Faults of one source contract that lie between its settings."""
    values = written.values or {}
    holds = str(values.get("holds"))
    for key in _REQUIRED.get(holds, ()):
        if not values.get(key):
            yield written.fault(("holds",), f"`{key}` is missing", f"holds: {holds} needs it")
    for key in _UNUSED.get(holds, ()):
        if key in values:
            yield written.fault((key,), f"`{key}` is not used", f"the source holds {holds}")
    for word, hint in _OF_KEYS.items():
        if word in values and not values.get("record_key"):
            yield written.fault((word,), "`record_key` is missing", hint)
    parts = values.get("record_key")
    if "merged_keys" in values and isinstance(parts, list) and len(parts) > 1:
        hint = "what it lists are keys of one column"
        yield written.fault(
            ("merged_keys",), "`merged_keys`: `record_key` is made of several columns", hint
        )
    if holds == "events":
        yield from _of_events(written, values)
    yield from unused_keys(written)
    yield from _single_columns(written, values.get("person"))
    yield from _same_names(written, values.get("expect"))


def _of_events(written: Written, values: Mapping[str, object]) -> Iterator[Fault]:
    if values.get("sync_mode") == "full_refresh":
        hint = "events are never taken back: incremental"
        yield written.fault(("sync_mode",), "`full_refresh` is not for events", hint)
    if not any(key in values for key in ("person", "person_ref", "keys")):
        hint = "`person`, or `person_ref` if the row carries another source's record key"
        yield written.fault(("holds",), "nothing says whose events these are", hint)
    for key in _OF_PERSONS:
        if key in values and "person_ref" in values:
            hint = f"drop it, or `{key}`: the other source says who it is"
            yield written.fault(("person_ref",), f"`person_ref` stands beside `{key}`", hint)


def _single_columns(written: Written, person: object) -> Iterator[Fault]:
    for field, columns in person.items() if isinstance(person, Mapping) else ():
        loc, place = ("person", field), f"`person.{field}`"
        if isinstance(columns, list) and len(columns) > 1 and field not in MANY_VALUED | JOINED:
            hint = f"only {', '.join(sorted(MANY_VALUED | JOINED))} take several"
            yield written.fault(loc, f"{place} takes one column", hint)
        if isinstance(columns, Mapping) and field != "birth_date":
            yield written.fault(loc, f"{place} takes a column's name, nothing more")


def _same_names(written: Written, expectations: object) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for position, stated in enumerate(expectations if isinstance(expectations, list) else ()):
        name = Expectation.name_of(stated) if isinstance(stated, Mapping) else None
        if name is not None and name in first:
            hint = "give one of them another `name`"
            yield written.fault(("expect", position), f"two rules are called `{name}`", hint)
        elif name is not None:
            first[name] = position


def disagreements(contracts: Sequence[Written]) -> Iterator[Fault]:
    """Faults that lie between source contracts: names that come twice, references to nowhere."""
    by_name: dict[str, Written] = {}
    for written in contracts:
        name = (written.values or {}).get("source")
        if isinstance(name, str) and name in by_name:
            other = by_name[name]
            hint = f"first in {other.file}:{other.line(('source',))}"
            yield written.fault(("source",), f"another source is called `{name}`", hint)
        elif isinstance(name, str):
            by_name[name] = written
    for written in contracts:
        yield from _reference(written, by_name)


def _reference(written: Written, by_name: Mapping[str, Written]) -> Iterator[Fault]:
    reference = (written.values or {}).get("person_ref")
    name = reference.get("source") if isinstance(reference, Mapping) else None
    if not isinstance(name, str):
        return
    loc = ("person_ref", "source")
    if name not in by_name:
        hint = did_you_mean(name, sorted(by_name))
        yield written.fault(loc, f"`person_ref` names an unknown source `{name}`", hint)
    elif not (by_name[name].values or {}).get("record_key"):
        hint = f"give it a record_key in {by_name[name].file}, or name another source"
        yield written.fault(loc, f"`person_ref` names `{name}`, which has no `record_key`", hint)
