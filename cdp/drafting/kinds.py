"""What the rows of a file are: people, events or reference; by which channel; of what type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cdp.drafting.assigning import Assigned
from cdp.drafting.headers import has_words, plain
from cdp.drafting.keys import KeyColumn, person_keys
from cdp.drafting.sample import Sample
from cdp.drafting.vocabulary import word_lists, words

POINTS_TO_THE_PERSON = frozenset(
    ["email", "phone", "device", "handle", "full_name", "given_name", "surname"]
)
"""Roles of which one at least says who somebody is."""


_SAY_NOTHING = frozenset(["list", "lists", "source", "file", "page", "survey", "form"])
"""Words of a file's name that may stand for anything."""


@dataclass(frozen=True)
class Kind:
    """What rows are; ``score`` 0 to 1, higher = surer."""

    holds: str
    score: float
    reason: str


@dataclass(frozen=True)
class Clues:
    """What is known of a file before its kind is."""

    sample: Sample
    file_words: str
    roles: Sequence[Assigned]
    keys: Sequence[KeyColumn]
    has_time: bool
    has_change_time: bool
    has_masked: bool
    """Whether columns called emails or names hold hashes."""


def kind_of(clues: Clues) -> Kind:
    """People, events or reference, by points; people on a tie, reference where nobody is named."""
    named = [a for a in clues.roles if a.role in POINTS_TO_THE_PERSON]
    keyed = person_keys(clues.keys)
    of_file = _entity_of_file(clues.file_words)
    if not named and not keyed and not clues.has_masked:
        return Kind("reference", 0.7, "no column says whose a row is")
    people, events = _of_people(clues, named), _of_events(clues)
    about_things = _of_things(clues, of_file)
    if of_file == "person":
        people["the file is named after people"] = 2
    if of_file == "event":
        events["the file is named after events"] = 2
    sums = {
        "people": sum(people.values()),
        "events": sum(events.values()),
        "reference": sum(about_things.values()),
    }
    if not named and not clues.has_masked and clues.sample.rows:
        sums["people"] = -1
    order = ("people", "events", "reference")
    best = max(order, key=lambda holds: (sums[holds], -order.index(holds)))
    second = max(points for holds, points in sums.items() if holds != best)
    said = {"people": people, "events": events, "reference": about_things}[best]
    lead = sums[best] - second
    if best == "events" and not clues.has_time:
        return Kind("reference", 0.5, "its rows look like events, but none has a time")
    score = min(0.95, 0.5 + 0.1 * lead)
    return Kind(best, score, "; ".join(said) or "nothing says otherwise")


def _of_people(clues: Clues, named: Sequence[Assigned]) -> dict[str, float]:
    points: dict[str, float] = {}
    own = _own(clues)
    if own[:1] and own[0].entity == "person" and own[0].is_id and _is_own(own[0]):
        points["the first key is of a person, another in each row"] = 2
    elif any(k.entity == "person" and k.is_id and _is_own(k) for k in own):
        points["each row has another person's key"] = 1
    emails = [a.column for a in named if a.role == "email" and len(a.column.values) > 1]
    if any(c.distinct > 0.9 * len(c.values) for c in emails):
        points["hardly an email comes twice"] = 1
    roles = {a.role for a in clues.roles}
    if roles & {"birth_date", "job_title", "given_name", "street", "sex"}:
        points["columns describe a person"] = 1
    if clues.has_change_time:
        points["a column says when a row was changed"] = 0.5
    return points


def _of_events(clues: Clues) -> dict[str, float]:
    points: dict[str, float] = {}
    own = _own(clues)
    if any(k.entity == "event" and k.is_id for k in own[:1]):
        points["the first key is of an event"] = 2
    elif any(k.entity == "event" and k.is_id and k.column.is_unique for k in own):
        points["each row has another event's key"] = 1.5
    roles = {a.role: a for a in clues.roles}
    if "event_type" in roles and roles["event_type"].score >= 0.7:
        points["a column tells the type of event"] = 1
    if "amount" in roles:
        points["a column tells an amount"] = 1
        if "currency" in roles:
            points["with its currency"] = 1
    if "score" in roles:
        points["a column is a rating"] = 1
    shared = [k for k in person_keys(clues.keys) if k.column.distinct < 0.9 * len(k.column.values)]
    emails = [a.column for a in clues.roles if a.role in ("email", "device") and a.column.values]
    shared_emails = [c for c in emails if len(c.values) > 2 and c.distinct < 0.8 * len(c.values)]
    if shared or shared_emails:
        points["people come several times"] = 1.5
    keyed = [k for k in person_keys(clues.keys) if k not in own[:1]]
    if keyed and own and own[0].entity != "person":
        points["rows carry a person's key beside their own"] = 1
    return points


def _is_own(key: KeyColumn) -> bool:
    return key.column.is_unique or not key.column.rows


def _of_things(clues: Clues, of_file: str) -> dict[str, float]:
    points: dict[str, float] = {}
    if of_file == "container":
        points["the file is named after things, not people"] = 3
    own = _own(clues)
    if own and own[0].entity == "container" and own[0].column.is_unique:
        points["the first key is of a thing"] = 1.5
    return points


def _own(clues: Clues) -> list[KeyColumn]:
    """Keys that no row lacks, in the order of the file."""
    return [k for k in clues.keys if len(k.column.values) == k.column.rows]


def _entity_of_file(file_words: str) -> str:
    """What a file is named after: an event before a person before a thing; plurals count."""
    singular = " ".join(singular_of(w) for w in file_words.split() if w not in _SAY_NOTHING)
    for entity in ("event", "person", "container"):
        known = word_lists("entities")[entity]
        if has_words(singular, known):
            return entity
    return ""


def singular_of(word: str) -> str:
    """A word without the s of its plural.

    >>> [singular_of(w) for w in ("companies", "tickets", "address", "status")]
    ['company', 'ticket', 'address', 'status']
    """
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us")) else word


def channel_of(file_words: str, columns: Sequence[str]) -> tuple[str, float, str]:
    """The channel by the words of the file's name, each counted thrice, and of its headers."""
    headers = [plain(name) for name in columns]
    counted: Counter[str] = Counter()
    for channel, known in word_lists("channels").items():
        counted[channel] += 3 * has_words(file_words, known)
        counted[channel] += min(4, sum(any(has_words(h, (w,)) for h in headers) for w in known))
    order = {channel: place for place, channel in enumerate(word_lists("channels"))}
    best = max(counted, key=lambda channel: (counted[channel], -order[channel]))
    if not counted[best]:
        return "other", 0.3, "nothing tells the channel: write one word, e.g. web or shop"
    score = min(0.9, 0.4 + 0.1 * counted[best])
    return best, score, "words of the file's name and headers are of this channel"


def type_of_events(file_words: str) -> str:
    """One word for what happened, where no column says it: that of the file's name."""
    singular = [singular_of(word) for word in file_words.split()]
    known = words("entities", "event")
    found = [word for word in singular if word in known]
    return found[-1] if found else "event"


def sums_by_word(values: Sequence[str]) -> Mapping[str, int]:
    """How often each word comes, in lower case."""
    return Counter(value.casefold() for value in values)
