"""All that is found in a sample, before it is known what is made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cdp.drafting import assigning, keys, kinds, moments, value_tests
from cdp.drafting.assigning import Assigned
from cdp.drafting.headers import has_words, plain
from cdp.drafting.keys import KeyColumn
from cdp.drafting.placing import Place
from cdp.drafting.references import KnownKeys
from cdp.drafting.sample import Column, Sample
from cdp.drafting.times import Written
from cdp.project import PERSON_FIELDS


@dataclass(frozen=True)
class Surroundings:
    """What a draft must know beside the file: the project's region, and keys of other sources."""

    place: Place
    region: str
    zone: str
    known: Sequence[KnownKeys] = ()

    @property
    def is_month_first(self) -> bool:
        """Whether dates of the region have the month first, where a sample does not settle it."""
        return self.region in ("US", "PH", "FM", "PW", "MH", "BZ")


@dataclass(frozen=True)
class Seen:
    """What was found: times by column, columns of keys, roles, and what rows are."""

    sample: Sample
    around: Surroundings
    times: Mapping[str, Written]
    keys: Sequence[KeyColumn]
    roles: Sequence[Assigned]
    kind: kinds.Kind
    file_words: str


def look(sample: Sample, around: Surroundings) -> Seen:
    """Find the times, keys and roles of a sample, and what its rows are."""
    times = moments.time_columns(sample, is_month_first=around.is_month_first)
    found = keys.key_columns(sample)
    open_columns = [c for c in sample.columns if c.name not in times or moments.is_of_birth(c.name)]
    ids = {key.name for key in found if key.is_id}
    asked = [c for c in open_columns if c.name not in ids or _may_be_more(c)]
    assigned = [
        one
        for one in assigning.assign(asked, region=around.region)
        if not (value_tests.is_masked(one.column) and one.role in PERSON_FIELDS)
    ]
    assigned = _surname_beside_first_name(assigned, sample)
    file_words = plain(f"{around.place.name} {sample.name.partition('.')[0]}")
    clues = kinds.Clues(
        sample=sample,
        file_words=file_words,
        roles=assigned,
        keys=found,
        has_time=moments.occurred(sample, times) is not None,
        has_masked=any(assigning.is_masked_person(column) for column in sample.columns),
        has_change_time=moments.is_of_change(moments.observed(sample, times)),
    )
    return Seen(sample, around, times, found, assigned, kinds.kind_of(clues), file_words)


def _surname_beside_first_name(assigned: Sequence[Assigned], sample: Sample) -> list[Assigned]:
    """The roles, where `Name` beside a first name that is no part of it is a surname."""
    by_role = {one.role: one for one in assigned}
    given, whole = by_role.get("given_name"), by_role.get("full_name")
    if given is None or whole is None or "surname" in by_role:
        return [*assigned]
    pairs = [(row.get(given.column.name), row.get(whole.column.name)) for row in sample.rows]
    stated = [(one.casefold(), other.casefold()) for one, other in pairs if one and other]
    apart = sum(one not in other for one, other in stated)
    if 2 * apart <= len(stated):
        return [*assigned]
    said = f"{apart} of {len(stated)} values do not hold the first name beside them"
    surname = Assigned("surname", whole.column, whole.score, said)
    return [surname if one is whole else one for one in assigned]


def _may_be_more(column: Column) -> bool:
    """Whether a column that is called an id may still be a phone, a device or a campaign."""
    header = plain(column.name)
    known = (
        "phone",
        "mobile",
        "tel",
        "cookie",
        "anonymous",
        "device",
        "visitor",
        "client",
        "pseudo",
        "distinct",
        "email",
        "postal",
        "zip",
        "post",
        "campaign",
        "currency",
        "language",
        "country",
        "state",
        "province",
        "advertising",
        "fingerprint",
        "land",
        "telefon",
        "numero",
        "whatsapp",
        "caller",
        "cc",
        "pin",
        "from",
    )
    return has_words(header, known)
