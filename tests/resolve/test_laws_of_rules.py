"""In every small world the project's rules and limits hold: against plain Python, pair by pair."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from cdp.engine import DuckDBEngine
from cdp.project import AlwaysLink, Limit, NeverLink
from cdp.resolve import ResolveSettings
from tests.resolve.people import Person, clustered, record
from tests.thorough import thorough

ALWAYS = (
    AlwaysLink(name="card", same=("card",)),
    AlwaysLink(name="mail and day", same=("email", "birth_date")),
)
NEVER = (
    NeverLink(name="days", different=("birth_date",)),
    NeverLink(name="home", same=("phone",), different=("given_name",)),
)
LIMITS = {"shop": 1, "email": 2}

stated = st.fixed_dictionaries(
    {},
    optional={
        "given_name": st.sampled_from(["ann", "bob"]),
        "birth_date": st.sampled_from(["1980-01-02", "1999-11-12"]),
        "phones": st.sampled_from(["+12125550101", "+12125550102"]),
        "emails": st.sets(st.sampled_from("abc"), min_size=1, max_size=2).map(
            lambda letters: ",".join(f"{letter}x@example.org" for letter in sorted(letters))
        ),
        "keys": st.sets(
            st.sampled_from(["shop:1", "shop:2", "card:1", "card:2", "web:1"]), min_size=1
        ).map(lambda keys: ",".join(sorted(keys))),
    },
)
worlds = st.lists(stated, min_size=2, max_size=10).map(
    lambda rows: [record(" ".join(f"{k}={v}" for k, v in row.items())) for row in rows]
)
scores = st.dictionaries(
    st.tuples(st.integers(1, 10), st.integers(1, 10)).filter(lambda pair: pair[0] < pair[1]),
    st.sampled_from([-3.0, 0.5, 2.0, 6.0, 30.0]),
)

FEWER = settings(max_examples=settings().max_examples // 3)
"""A world takes a fifth of a second."""

Scores = dict[tuple[int, int], float]
Made = tuple[dict[int, list[Person]], dict[int, int], dict[tuple[int, int], tuple[str, str]]]


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    with closing(DuckDBEngine()) as opened:
        yield opened


def values_of(person: Person, field: str) -> set[str]:
    if field in ("card", "shop", "web"):
        keys = person.get("keys") or []
        assert isinstance(keys, list)
        return {key for key in keys if key.startswith(f"{field}:")}
    found = person.get(f"{field}s", person.get(field))
    return set(found) if isinstance(found, list) else {str(found)} - {"None"}


def agree(one: Person, other: Person, field: str) -> bool:
    return bool(values_of(one, field) & values_of(other, field))


def differ(one: Person, other: Person, field: str) -> bool:
    mine, theirs = values_of(one, field), values_of(other, field)
    return bool(mine and theirs) and not mine & theirs


def parted(one: Person, other: Person, rules: tuple[NeverLink, ...]) -> list[str]:
    return [
        rule.name
        for rule in rules
        if all(agree(one, other, field) for field in rule.same)
        and all(differ(one, other, field) for field in rule.different)
    ]


def joined(one: Person, other: Person) -> list[str]:
    return [rule.name for rule in ALWAYS if all(agree(one, other, field) for field in rule.same)]


def made(engine: DuckDBEngine, world: list[Person], scored: Scores, **rules: object) -> Made:
    chosen = ResolveSettings.model_validate(rules)
    told = [(a, b, bits) for (a, b), bits in scored.items() if b <= len(world)]
    tables = clustered(engine, world, chosen, told)
    groups: dict[int, list[Person]] = {}
    cluster_of = dict(tables["clusters"].iter_rows())
    for number, person in enumerate(world, 1):
        groups.setdefault(cluster_of[number], []).append(person)
    reasons = {
        (a, b): (s, r)
        for a, b, s, r in tables["links"]
        .select("record_l", "record_r", "status", "reason")
        .iter_rows()
    }
    return groups, cluster_of, reasons


@given(worlds, scores, st.sampled_from([LIMITS, {}]), st.sampled_from([NEVER, NEVER[:1], ()]))
def test_no_customer_breaks_a_never_rule_or_a_limit(
    engine: DuckDBEngine,
    world: list[Person],
    scored: Scores,
    limits: dict[str, int],
    never: tuple[NeverLink, ...],
) -> None:
    counts = {field: Limit(per_customer=most) for field, most in limits.items()}
    rules = {"always_link": ALWAYS, "never_link": never, "limits": counts}
    groups, cluster_of, reasons = made(engine, world, scored, **rules)
    for group in groups.values():
        for one, other in itertools.combinations(group, 2):
            assert not parted(one, other, never)
        for field, most in limits.items():
            held = [values_of(person, field) for person in group]
            assert len(set().union(*held)) <= max(most, *map(len, held))
    for (a, b), (status, reason) in reasons.items():
        # A rule is named only where it really stands between the two customers.
        mine, theirs = groups[cluster_of[a]], groups[cluster_of[b]]
        if status == "refused" and (named := re.match("never-link rule `(.*?)`", reason)):
            assert any(named[1] in parted(p, q, never) for p in mine for q in theirs)
        if status == "refused" and (named := re.match(r"limit of (\d) `(.*?)`", reason)):
            together = set().union(*(values_of(person, named[2]) for person in [*mine, *theirs]))
            assert len(together) > int(named[1]) == limits[named[2]]
    for (a, one), (b, other) in itertools.combinations(enumerate(world, 1), 2):
        # What is joined by one rule and parted by another is told, with both names.
        if joined(one, other) and parted(one, other, never):
            status, reason = reasons[a, b]
            assert status == "refused"
            assert re.fullmatch(
                "never-link rule `.*`, though linked by (always-link rule|same key).*", reason
            )
        elif joined(one, other) and cluster_of[a] != cluster_of[b]:
            status, reason = reasons[a, b]
            assert status == "refused"
            assert reason.startswith(("never-link rule `", "limit of "))


@FEWER
@given(worlds, scores)
def test_without_limits_and_never_rules_all_that_an_always_rule_joins_is_one(
    engine: DuckDBEngine, world: list[Person], scored: Scores
) -> None:
    _, cluster_of, _ = made(engine, world, scored, always_link=ALWAYS)
    for (a, one), (b, other) in itertools.combinations(enumerate(world, 1), 2):
        assert cluster_of[a] == cluster_of[b] or not joined(one, other)


@thorough
@FEWER
@given(worlds, scores, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(
    engine: DuckDBEngine, world: list[Person], scored: Scores, rng: object
) -> None:
    rules = {"always_link": ALWAYS, "never_link": NEVER}
    limits = {field: Limit(per_customer=most) for field, most in LIMITS.items()}
    numbered = [person | {"record_id": n} for n, person in enumerate(world, 1)]
    told = [(a, b, bits) for (a, b), bits in scored.items() if b <= len(world)]
    chosen = ResolveSettings.model_validate({**rules, "limits": limits})
    straight = clustered(engine, numbered, chosen, told)
    assert hasattr(rng, "sample")
    mixed = rng.sample(numbered, len(numbered)), rng.sample(told, len(told))
    again = clustered(engine, mixed[0], chosen, mixed[1])
    for name in ("links", "clusters"):
        assert_frame_equal(straight[name], again[name])
