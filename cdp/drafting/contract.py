"""A draft of a source contract from a sample: every line with its confidence and reason."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from cdp.drafting import (
    consents,
    keys,
    kinds,
    moments,
    references,
    settings,
)
from cdp.drafting.assigning import Assigned
from cdp.drafting.doubts import warnings_of
from cdp.drafting.entries import Entry, Plain
from cdp.drafting.headers import plain
from cdp.drafting.keys import KeyColumn, OwnKey
from cdp.drafting.line_rows import line_rows
from cdp.drafting.looking import Seen, Surroundings, look
from cdp.drafting.moments import Moment
from cdp.drafting.sample import Sample
from cdp.drafting.vocabulary import words
from cdp.project import MANY_VALUED, PERSON_FIELDS, names_told

FEWEST_ALIKE = 5
"""Of fewer rows it may be luck that all say the same."""


@dataclass(frozen=True)
class Drafted:
    """The entries of a draft, the columns that it leaves out, and what the reader must be told."""

    entries: tuple[Entry, ...]
    left: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def draft_contract(sample: Sample, around: Surroundings) -> Drafted:
    """Draft the contract of a file without a preset.

    What the kind of its rows needs and the file lacks makes it another kind: events without a
    time or a person, and people without anything to know them by, are kept as reference.
    """
    seen = look(sample, around)
    if sample.kind == "chat":
        return Drafted(
            (*_opening(seen), *settings.order_of_dates(sample, seen.times), *_chat()), ()
        )
    folded, doubts = _of_several_rows(seen)
    body = folded or {"people": _people, "events": _events}.get(seen.kind.holds, _reference)(seen)
    if body is None and seen.kind.holds == "people":
        said = "no column is anything to know people by, but each row has a time"
        body = _events(replace(seen, kind=kinds.Kind("events", 0.5, said)))
    entries = (*_opening(seen), *(body or _reference(seen)))
    named = {name for entry in entries for name in _columns_in(entry, sample)}
    left = tuple(
        told
        for name, told in zip(sample.column_names, names_told(sample.column_names), strict=True)
        if name not in named
    )
    return Drafted(entries, left, (*doubts, *warnings_of(seen, entries)))


def _opening(seen: Seen) -> Iterator[Entry]:
    place = seen.around.place
    yield Entry(("source",), place.name)
    yield Entry(("path",), place.pattern, None, "" if place.is_inside else "copy the file there")
    yield from settings.format_entries(seen.sample)
    if place.date:
        yield Entry(("delivered_at", "from_name"), place.date, 0.9, "the file's name has a date")


def _people(seen: Seen) -> tuple[Entry, ...] | None:
    sample = seen.sample
    person = [a for a in seen.roles if a.role in PERSON_FIELDS]
    own = keys.own_key(sample, seen.keys, wanted="person")
    pointing = [a.column for a in person if a.role in kinds.POINTS_TO_THE_PERSON]
    if own is None or len(own.columns) > 1:
        own = keys.stand_in(sample, pointing) or own
    if own is None:
        return None
    observed = moments.observed(sample, seen.times)
    taken = {*own.columns, *(a.column.name for a in person)}
    found = consents.consents(sample.columns, without=taken)
    taken |= {one.column.name for one in found}
    reference = _reference_beside(seen, own)
    entries = [
        Entry(("holds",), "people", seen.kind.score, seen.kind.reason),
        _key_entry("record_key", own),
        *settings.merged(sample, own),
        *(settings.moment_entries("observed_at", observed, sample) if observed else ()),
        *settings.person_entries(seen, person),
        *reference,
        *settings.consent_entries(found),
        *settings.set_aside(sample, is_events=False),
    ]
    taken |= {entry.value for entry in reference}
    if observed:
        taken.add(observed.column.name)
    return (*entries, *settings.attributes(seen, taken))


def _events(seen: Seen) -> tuple[Entry, ...] | None:
    sample = seen.sample
    occurred = moments.occurred(sample, seen.times)
    people_repeat = any(
        a.column.distinct < len(a.column.values) for a in seen.roles if a.role == "email"
    )
    own = keys.own_key(sample, seen.keys, wanted="event", people_repeat=people_repeat)
    if occurred is None:
        return None
    own = own or _of_person_and_time(seen, occurred)
    whose = _whose(seen, own, occurred) if own else ()
    if own is None or not whose:
        return None
    channel, score, said = kinds.channel_of(seen.file_words, sample.column_names)
    return (
        Entry(("holds",), "events", seen.kind.score, seen.kind.reason),
        _key_entry("touchpoint_key", own),
        *settings.moment_entries("occurred_at", occurred, sample),
        Entry(("channel",), channel, score, said),
        *settings.measures(seen, own),
        *whose,
        *settings.set_aside(sample, is_events=True),
    )


def _of_several_rows(seen: Seen) -> tuple[tuple[Entry, ...] | None, tuple[str, ...]]:
    """A draft of events of several rows, or what to add to one of rows; neither where none are.

    The time, the person and the amount must be the event's: an amount of each line is no total.
    """
    lines = line_rows(seen.sample)
    if lines is None or keys.has_history(lines.items):
        return None, ()
    of_events = look(lines.folded, seen.around)
    body = _events(of_events) if of_events.kind.holds == "events" else None
    if body is None or not any(
        e.path == ("touchpoint_key",) and e.value == lines.key for e in body
    ):
        return None, ()
    measured = {a.role for a in seen.roles} - {a.role for a in of_events.roles}
    if "amount" in measured:
        named = ", ".join(lines.items)
        told = (
            f"{lines.reason}. If they are its lines, state `touchpoint_key: {lines.key}` and"
            f" `line_items: [{named}]`; the amount is of a line, and that of the event is not here"
        )
        return None, (told,)
    listed = Entry(("line_items",), [*lines.items], 0.8, lines.reason)
    place = next(n for n, entry in enumerate(body) if entry.path == ("touchpoint_key",))
    return (*body[: place + 1], listed, *body[place + 1 :]), ()


def _chat() -> Iterator[Entry]:
    """A chat has the same four columns whatever its language; only its times differ."""
    yield Entry(("holds",), "events", 0.95, "a message is an event")
    said = "who wrote when, and which of that minute"
    yield Entry(("touchpoint_key",), ["sent_at", "author", "place"], 0.9, said)
    yield Entry(("occurred_at",), "sent_at_iso", 0.9, "the time as its reader tells it")
    yield Entry(("channel",), "chat", 0.95, "it is one")
    yield Entry(("event_type", "value"), "message", 0.95, "it is one")
    yield Entry(("person", "full_name"), "author", 0.9, "a name, where the author is in the book")
    yield Entry(("person", "phone"), "author", 0.9, "else a number")
    notice = {"reason": "notice", "column": "author", "is_missing": Plain("true")}
    rule = Entry((), notice, 0.9, "lines of the program itself have no author")
    yield Entry(("set_aside",), [rule])


def _reference(seen: Seen) -> tuple[Entry, ...]:
    wanted = ("container", "event", "person")
    found_keys = (keys.own_key(seen.sample, seen.keys, wanted=entity) for entity in wanted)
    own = next((key for key in found_keys if key and len(key.columns) == 1), None)
    kind = seen.kind
    said, score = kind.reason, kind.score
    if kind.holds != "reference":
        lacking = {"events": "a time or a person", "people": "anything to know people by"}
        said, score = f"no column is {lacking[kind.holds]}: kept as a table to look up", 0.4
    found = [Entry(("holds",), "reference", score, said)]
    if own and not own.repeats:
        found.append(_key_entry("record_key", own))
    return tuple(found)


def _key_entry(name: str, own: OwnKey) -> Entry:
    value: object = own.columns[0] if len(own.columns) == 1 else list(own.columns)
    return Entry((name,), value, own.score, own.reason)


def _of_person_and_time(seen: Seen, occurred: Moment) -> OwnKey | None:
    """Whose and when, where rows have no key of their own and few tell more."""
    pointing = [a.column for a in seen.roles if a.role in kinds.POINTS_TO_THE_PERSON]
    person = [k.column for k in keys.person_keys(seen.keys)]
    kind = [a.column for a in seen.roles if a.role == "event_type"]
    first = [*person, *pointing][:1]
    if not first:
        return None
    names = list(dict.fromkeys(c.name for c in (*first, occurred.column, *kind)))
    distinct = len({tuple(row.get(n, "") for n in names) for row in seen.sample.rows})
    said = f"there is no key; {distinct} of {len(seen.sample.rows)} rows differ in these"
    return OwnKey(tuple(names), 0.4, said)


def _whose(seen: Seen, own: OwnKey, occurred: Moment) -> tuple[Entry, ...]:
    """Whose event it is: inline, by a key of another source, or by both."""
    used = own.columns if len(own.columns) == 1 else ()
    person = [
        a
        for a in seen.roles
        if a.role in PERSON_FIELDS
        and a.column.name not in (*used, occurred.column.name)
        and not _is_ours(a, seen)
    ]
    inline = any(
        a.role in kinds.POINTS_TO_THE_PERSON and (a.column.values or not a.column.rows)
        for a in person
    )
    foreign = [k for k in seen.keys if k.name not in used]
    reference = references.reference_to(seen.around.known, foreign)
    if reference and not inline:
        value = {"source": reference.source, "key": reference.column}
        return (Entry(("person_ref",), value, reference.score, reference.reason),)
    entries = settings.person_entries(seen, person) if inline else ()
    consent = consents.consents(
        seen.sample.columns, without={*used, *(a.column.name for a in person)}
    )
    if inline:
        entries = (*entries, *settings.consent_entries(consent))
    if reference:
        key = Entry(("keys", reference.source), reference.column, reference.score, reference.reason)
        return (key, *entries)
    devices = {a.column.name for a in person if a.role == "device"}
    declared = keys.person_keys(foreign, without=devices)
    if not declared:
        return entries
    return (_declared(declared[0], seen), *entries)


def _is_ours(one: Assigned, seen: Seen) -> bool:
    """Whether a column is the company's own side: one value in all rows, beside one that varies."""
    column = one.column
    if column.distinct != 1 or len(column.values) < FEWEST_ALIKE:
        return False
    return any(
        other.role == one.role in MANY_VALUED and other.column.distinct > 1 for other in seen.roles
    )


def _declared(key: KeyColumn, seen: Seen) -> Entry:
    said = (
        "a person's key; no source of the project has it yet. Call it as that source is called,"
        " and the two are one customer"
    )
    return Entry(("keys", _namespace(key, seen.around.place.name)), key.name, 0.6, said)


def _namespace(key: KeyColumn, own_name: str) -> str:
    fillers = {*words("id_words"), *words("id_words_before"), *words("joining_words")}
    parts = [part for part in plain(key.name).split() if part not in fillers]
    name = re.sub(r"[^a-z0-9_]", "", "_".join(parts)) or "customer"
    name = name if name[0].isalpha() else f"key_{name}"
    return f"{name}_key" if name == own_name else name


def _reference_beside(seen: Seen, own: OwnKey) -> tuple[Entry, ...]:
    """A key of another source in a list of people: the two are one customer."""
    foreign = [k for k in seen.keys if k.name not in own.columns and k.column.values]
    found = references.reference_to(seen.around.known, foreign)
    if found is None or found.source == seen.around.place.name:
        return ()
    return (Entry(("keys", found.source), found.column, found.score, found.reason),)


def _columns_in(entry: Entry, sample: Sample) -> Iterator[str]:
    """The columns that an entry names, at any depth."""
    known = {*sample.column_names}
    open_now: list[object] = [entry.value]
    while open_now:
        value = open_now.pop()
        if isinstance(value, Entry):
            open_now.append(value.value)
        elif isinstance(value, Mapping):
            open_now += value.values()
        elif isinstance(value, list):
            open_now += value
        elif isinstance(value, str) and value in known:
            yield value
