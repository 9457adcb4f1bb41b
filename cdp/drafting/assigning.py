"""Which column has which role: scores of headers and values, one column one role, best first."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from cdp.drafting import value_tests
from cdp.drafting.confidence import SURE
from cdp.drafting.headers import ENDING, QUALIFIED, fit, has_words, leaf_of, plain
from cdp.drafting.sample import Column
from cdp.drafting.vocabulary import Role, roles

HEADER_WEIGHT = 0.8
"""What a header that fits wholly says alone; values make it surer or refute it."""
LEAST = 0.4
"""The least score of a role."""
FEWEST_TELLING = 3
"""From fewer values nothing is told but what the header says."""
OF_ANOTHER = 0.25
"""What is left of a header that speaks of an agent or an owner rather than of the customer."""


@dataclass(frozen=True)
class Assigned:
    """A column with its role; ``score`` is 0 to 1, higher = surer."""

    role: str
    column: Column
    score: float
    reason: str


def assign(
    columns: Sequence[Column], *, region: str, without: Collection[str] = ()
) -> list[Assigned]:
    """The roles of columns, in the order of the roles, then of the scores.

    Each column has one role at most, the one that it fits best; a role has as many columns as it
    takes. Ties go to the column named first in the file, then to the role named first.
    ``without`` names roles that are not asked for.
    """
    asked = [role for role in roles().roles if role.name not in without]
    found = [one for column in columns for one in _candidates(column, asked, region)]
    order = {role.name: place for place, role in enumerate(asked)}
    found.sort(key=lambda a: (-a.score, a.column.place, order[a.role]))
    room = {role.name.removesuffix("_by_look"): role.takes for role in asked if role.headers}
    taken: set[str] = set()
    kept = []
    for one in found:
        role = one.role.removesuffix("_by_look")
        if one.column.name in taken or room[role] < 1:
            continue
        taken.add(one.column.name)
        room[role] -= 1
        kept.append(Assigned(role, one.column, one.score, one.reason))
    kept.sort(key=lambda a: (order[a.role], -a.score, a.column.place))
    return [one for one in kept if order[one.role] >= 0]


def absorbed(column: Column) -> bool:
    """Whether a column is of a kind that no role may take: an IP, a link, a free text."""
    table = roles()
    leaf = plain(leaf_of(column.name))
    return any(
        leaf in headers
        or fit(column.name, headers=(), alone=headers, qualifiers=table.qualifiers) >= QUALIFIED
        for headers in table.absorbed.values()
    )


def is_masked_person(column: Column) -> bool:
    """Whether a column is called an email or a name of a person, and its values are hashes."""
    if not value_tests.is_masked(column):
        return False
    named = [role for role in roles().roles if role.name in ("email", "full_name", "surname")]
    return any(_header_score(column.name, role) >= HEADER_WEIGHT * QUALIFIED for role in named)


def _candidates(column: Column, asked: Sequence[Role], region: str) -> Iterator[Assigned]:
    is_absorbed = absorbed(column)
    for role in asked:
        # A link may still be the address of a profile.
        if is_absorbed and role.name != "handle_by_look":
            continue
        score, reason = score_of(column, role, region)
        if score >= LEAST:
            yield Assigned(role.name, column, score, reason)


def score_of(column: Column, role: Role, region: str) -> tuple[float, str]:
    """How sure it is that a column has a role, 0 to 1, and why.

    Two witnesses, header and values: the chance that both are wrong is the product of theirs.
    Values that do not fit refute whatever the header says; a column without values needs a
    header that fits wholly.
    """
    words = plain(column.name)
    if has_words(words, role.never):
        return 0.0, ""
    said = _header_score(column.name, role)
    tested = column.tested
    if not tested:
        score = said if said >= HEADER_WEIGHT * QUALIFIED else 0.0
        return score, "the header says so; no row of the sample has a value"
    if said == 0 and (role.by_values == 0 or len(tested) < FEWEST_TELLING):
        return 0.0, ""
    passed = value_tests.passing(tested, role.values, region)
    share = passed / len(tested)
    if share < role.needs or (role.needs and not passed):
        return 0.0, ""
    witness = role.by_values * share if role.by_values else 0.3 * share
    score = 1 - (1 - said) * (1 - witness) if said or role.by_values else 0.0
    if has_words(words, roles().others):
        score *= OF_ANOTHER
    return score, _reason(passed, len(tested), role, said)


def _header_score(name: str, role: Role) -> float:
    table = roles()
    known = table.qualifiers
    return HEADER_WEIGHT * fit(name, headers=role.headers, alone=role.alone, qualifiers=known)


def _reason(passed: int, tested: int, role: Role, said: float) -> str:
    looks = f"{passed} of {tested} values look like {value_tests.told(role.values)}"
    if role.values == "anything":
        looks = ""
    if said >= HEADER_WEIGHT * QUALIFIED:
        header = "the header says so"
    elif said >= HEADER_WEIGHT * ENDING:
        header = "the header ends so"
    elif said:
        header = "the header hints at it"
    else:
        header = "the header does not say so"
    return "; ".join(part for part in (looks, header) if part)


def is_sure(score: float) -> bool:
    """Whether a score needs no second look."""
    return score >= SURE
