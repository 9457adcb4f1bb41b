"""The entries of single settings: a time, a person, consent, money, what is set aside."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from cdp.drafting import assigning, consents, kinds, moments, nobodies, value_tests
from cdp.drafting.assigning import Assigned
from cdp.drafting.entries import Entry
from cdp.drafting.headers import has_words, plain
from cdp.drafting.keys import OwnKey
from cdp.drafting.looking import Seen
from cdp.drafting.moments import Moment
from cdp.drafting.sample import Sample
from cdp.drafting.times import Written, birth_order
from cdp.drafting.vocabulary import words
from cdp.project import PERSON_FIELDS

MOST_ATTRIBUTES = 15
LONGEST_NAME = 80
_CLOCK = re.compile(r"\d{1,2}:\d\d(?::\d\d)?(?: ?[AaPp][Mm])?")
_OF_EVENTS = ("amount", "currency", "score", "campaign", "event_type")


def order_of_dates(sample: Sample, times: Mapping[str, Written]) -> Iterator[Entry]:
    """Which number of a chat's dates is the day, where the dates looked at do not tell it."""
    written = times.get("sent_at") if sample.kind == "chat" else None
    if written and written.other:
        order = "mdy" if written.format.startswith("%m") else "dmy"
        said = "AMBIGUOUS: no date of the sample settles it; the region of the project decides"
        yield Entry(("format", "date_order"), order, 0.45, said)


def moment_entries(name: str, moment: Moment, sample: Sample) -> Iterator[Entry]:
    zone, why = moments.zone_of(moment, sample)
    written = moment.written
    said = moment.reason if zone or not why else f"{moment.reason}; {why}"
    clock = next(iter(_clocks(moment, sample)), None)
    if clock:
        said += f"; the time of day stands in {clock}, and a contract takes one column only"
    yield Entry((name, "column"), moment.column.name, moment.score, said)
    if written.format.startswith("epoch"):
        yield Entry((name, "format"), written.format, 0.95, "numbers of this length since 1970")
    elif written.other:
        said = (
            "AMBIGUOUS: no value of the sample settles which number is the day; the region of"
            f" the project decides. The other way: {written.other}"
        )
        yield Entry((name, "format"), written.format, 0.45, said)
    elif written.format != "auto":
        said = f"{written.read} of {written.seen} values can be read so"
        if written.settled:
            said += f"; {written.settled} have a number above 12 where the day is"
        yield Entry((name, "format"), written.format, 0.9, said)
    if zone:
        yield Entry((name, "timezone"), zone, 0.8, why)


def _clocks(moment: Moment, sample: Sample) -> Iterator[str]:
    """Columns that hold the times of day of a column of dates."""
    if any(":" in value for value in moment.column.tested[:5]):
        return
    for column in sample.columns:
        if column.tested and all(_CLOCK.fullmatch(value) for value in column.tested):
            yield column.name


def person_entries(seen: Seen, person: Sequence[Assigned]) -> tuple[Entry, ...]:
    by_role: dict[str, list[Assigned]] = {}
    has_parts = any(one.role == "street" for one in person)
    for one in person:
        if one.role != "address" or one.column.values or not has_parts:
            by_role.setdefault(one.role, []).append(one)
    entries = []
    for role in PERSON_FIELDS:
        found = by_role.get(role)
        if found and role == "birth_date":
            entries.append(_birth_entry(found[0], is_month_first=seen.around.is_month_first))
        elif found:
            names = [one.column.name for one in found]
            value: object = names[0] if len(names) == 1 else names
            worst = min(found, key=lambda one: one.score)
            entries.append(Entry(("person", role), value, worst.score, _reasons(found)))
    return tuple(entries)


def _reasons(found: Sequence[Assigned]) -> str:
    return " / ".join(dict.fromkeys(one.reason for one in found))


def _birth_entry(one: Assigned, *, is_month_first: bool) -> Entry:
    order = birth_order(one.column.tested, is_month_first=is_month_first)
    said = f"{order.read} of {order.seen} can be read in this order"
    if order.other:
        said = f"AMBIGUOUS: {order.other} reads as many; the region of the project decides"
    value = {"column": one.column.name, "order": order.order}
    score = 0.45 if order.other else one.score
    return Entry(("person", "birth_date"), value, score, f"{said}; {one.reason}")


def consent_entries(found: Sequence[consents.FoundConsent]) -> Iterator[Entry]:
    for one in found:
        path = ("consent", one.channel)
        yield Entry((*path, "from"), one.column.name, one.score, one.reason)
        for side in ("granted", "refused"):
            listed = getattr(one, side)
            if listed:
                yield Entry((*path, side), list(listed), one.score, "")


def set_aside(sample: Sample, *, is_events: bool) -> tuple[Entry, ...]:
    rules = [
        Entry((), {"reason": n.reason, "column": n.column, "matches": n.matches}, n.score, n.why)
        for n in nobodies.nobodies(sample, is_events=is_events)
    ]
    return (Entry(("set_aside",), rules),) if rules else ()


def measures(seen: Seen, own: OwnKey) -> Iterator[Entry]:
    roles = {a.role: a for a in seen.roles if a.role in _OF_EVENTS}
    roles = {
        r: a for r, a in roles.items() if a.column.name not in own.columns or r == "event_type"
    }
    kind = roles.get("event_type")
    if kind:
        yield Entry(("event_type",), kind.column.name, kind.score, kind.reason)
    else:
        word = kinds.type_of_events(seen.file_words)
        yield Entry(("event_type", "value"), word, 0.5, "no column says what happened")
    amount = roles.get("amount")
    if amount:
        header = plain(amount.column.name)
        is_whole = all(v.lstrip("-").isdigit() for v in amount.column.tested)
        if has_words(header, ("cents", "cent", "minor")) and is_whole:
            said = f"{amount.reason}; whole numbers called cents"
            yield Entry(
                ("amount",), {"column": amount.column.name, "unit": "minor"}, amount.score, said
            )
        else:
            yield Entry(("amount",), amount.column.name, amount.score, amount.reason)
        yield from _currency(roles.get("currency"), header)
    for role in ("score", "campaign"):
        if role in roles:
            yield Entry((role,), roles[role].column.name, roles[role].score, roles[role].reason)


def _currency(found: Assigned | None, header: str) -> Iterator[Entry]:
    if found:
        yield Entry(("currency",), found.column.name, found.score, found.reason)
        return
    for code in ("usd", "eur", "gbp", "chf", "cad", "aud"):
        if has_words(header, (code,)):
            said = "the header of the amount says so"
            yield Entry(("currency", "value"), code.upper(), 0.9, said)


def merged(sample: Sample, own: OwnKey) -> Iterator[Entry]:
    for column in sample.columns:
        header = plain(column.name)
        is_merged = has_words(header, ("merged", "merge"))
        is_merged = is_merged and has_words(header, ("ids", "id", "vids", "vid"))
        of_others = has_words(header, ("ticket", "company", "order")) or column.name in own.columns
        if is_merged and not of_others and len(own.columns) == 1:
            said = "keys of records that the source has merged into this one"
            yield Entry(("merged_keys",), column.name, 0.8, said)
            return


def attributes(seen: Seen, taken: set[str]) -> Iterator[Entry]:
    """Columns worth a name of their own: few different words, or numbers."""
    names: set[str] = set()
    used = {
        *taken,
        *(n for n in seen.sample.column_names if has_words(plain(n), words("technical"))),
    }
    for column in seen.sample.columns:
        if column.name in used or not column.values or len(names) >= MOST_ATTRIBUTES:
            continue
        if assigning.absorbed(column) or value_tests.is_masked(column):
            continue
        tested = column.tested
        few = column.distinct <= max(12, column.rows // 10) and all(len(v) <= 60 for v in tested)
        is_number = all(re.fullmatch(r"[-+]?\d+(?:[.,]\d+)?", v) for v in tested)
        is_key = any(k.name == column.name and k.is_id for k in seen.keys)
        if column.name in seen.times or is_key or not (few or is_number):
            continue
        name = re.sub(r"\W", "_", plain(column.name).replace(" ", "_"), flags=re.ASCII)
        # YAML takes no key of more than a thousand signs.
        name = (name if re.match(r"[a-z_]", name) else f"c_{name}")[:LONGEST_NAME]
        if name not in names:
            names.add(name)
            yield Entry(("attributes", name), column.name)


def format_entries(sample: Sample) -> Iterator[Entry]:
    """The settings of ``format``: none where the ending and the reader tell by themselves."""
    stated = [s for s in sample.settings if s.key]
    kind = next((s for s in stated if s.key == "type"), None)
    told = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}.get(sample.ending)
    others = [s for s in stated if s.key != "type"]
    if told != sample.kind or sample.packing == "zst" or any(s.key == "encoding" for s in others):
        reason = kind.reason if kind else "one row a line, cells parted by a sign"
        yield Entry(("format", "type"), sample.kind, kind.score if kind else 0.8, reason)
    for setting in others:
        value = setting.value
        yield Entry(("format", setting.key), value, setting.score, setting.reason)
