"""Rules and limits of a project: what they link, what they part, and what is said of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing

import polars as pl
import pytest

from cdp.engine import DuckDBEngine
from cdp.project import AlwaysLink, Limit, NeverLink
from cdp.resolve import ResolveSettings
from tests.resolve.people import clustered, record, strangers

CARD = AlwaysLink(name="loyalty card", same=("loyalty",))
MAIL = AlwaysLink(name="mail", same=("email",))
BIRTH_DATES = NeverLink(name="other birth dates", different=("birth_date",))
HOME = NeverLink(name="one home", same=("street",), different=("given_name",))

Scored = Sequence[tuple[int, int, float]]
Decided = tuple[list[int], list[tuple[str, str, str]]]


def decided(text: str, scored: Scored = (), **settings: object) -> Decided:
    """The clusters of some records, and what was decided about their pairs."""
    people = [record(line) for line in text.strip().splitlines()]
    with closing(DuckDBEngine()) as engine:
        tables = clustered(engine, people, ResolveSettings.model_validate(settings), scored)
    for weight, evidence in tables["links"].select("match_weight", "evidence").iter_rows():
        told = sum(entry["weight_bits"] for entry in json.loads(evidence).values())
        assert told == pytest.approx(weight)
    clusters = tables["clusters"].sort("record_id")["cluster"].to_list()
    return clusters, tables["links"].select("kind", "status", "reason").rows()


def test_an_always_rule_links_and_says_what_speaks_against_it() -> None:
    clusters, links = decided(
        """
        given_name=Ann surname=Lee birth_date=1980-01-02 keys=card:1
        given_name=Zelda surname=Moss birth_date=1955-06-07 emails=z@example.org
        given_name=Ann surname=Lee birth_date=1980-01-02 emails=z@example.org
        """,
        always_link=[MAIL],
    )
    assert clusters[1] == clusters[2]
    assert links[-1] == (
        "deterministic",
        "accepted",
        "always-link rule `mail`, though different first name, birth date",
    )


def test_an_always_rule_needs_all_of_its_fields() -> None:
    text = """
    emails=a@example.org birth_date=1980-01-02
    emails=a@example.org birth_date=1981-01-02
    emails=b@example.org birth_date=1980-01-02
    """
    both = {"name": "x", "same": ["email", "birth_date"]}
    assert decided(text, always_link=[both]) == ([1, 2, 3], [])
    clusters, _ = decided(text + "emails=b@example.org birth_date=1981-01-02", always_link=[both])
    assert clusters == [1, 2, 3, 4]


def test_a_never_rule_parts_even_what_a_key_declares_and_names_both() -> None:
    clusters, links = decided(
        """
        birth_date=1980-01-02 keys=shop:1
        birth_date=1999-11-12 keys=shop:1
        birth_date=1999-11-12 keys=shop:1
        """,
        never_link=[BIRTH_DATES],
    )
    assert clusters == [1, 2, 2]  # the last two stay together without the first
    reason = "never-link rule `other birth dates`, though linked by same key of `shop`"
    assert links == [
        ("declared", "refused", reason),
        ("declared", "refused", reason),
        ("declared", "accepted", "same key of `shop`"),
    ]


def test_a_never_rule_outweighs_an_always_rule_even_through_others() -> None:
    clusters, links = decided(
        """
        birth_date=1980-01-02 keys=loyalty:1
        keys=loyalty:1,shop:7
        birth_date=1999-11-12 keys=shop:7
        """,
        always_link=[CARD],
        never_link=[BIRTH_DATES],
    )
    assert clusters == [1, 1, 3]
    assert links[1] == (
        "declared",
        "refused",
        "never-link rule `other birth dates`, though linked by same key of `shop`",
    )


def test_same_and_different_must_both_hold_to_part_two() -> None:
    text = """
    given_name=Ann street=1_Elm_St keys=shop:1
    given_name=Bob street=1_Elm_St keys=shop:1
    given_name=Ann street=1_Elm_St keys=shop:2
    given_name=Bob street=2_Oak_St keys=shop:2
    given_name=Ann street=1_Elm_St keys=shop:3
    street=1_Elm_St keys=shop:3
    """
    clusters, _ = decided(text, never_link=[HOME])
    assert clusters[0] != clusters[1]
    assert clusters[2] == clusters[3]
    assert clusters[4] == clusters[5]  # what is not stated does not differ


def test_a_customer_holds_no_more_values_than_its_limit() -> None:
    text = """
    given_name=Ann keys=user:1
    given_name=Ann
    given_name=Ann keys=user:2
    given_name=Ann keys=user:3
    """
    scored = [(1, 2, 9.0), (2, 3, 8.0), (3, 4, 7.0)]
    assert decided(text, scored)[0] == [1, 1, 1, 1]
    clusters, links = decided(text, scored, limits={"user": Limit(per_customer=1)})
    assert clusters == [1, 1, 3, 4]
    reason = "limit of 1 `user` per customer, though linked by the model"
    assert [link[1:] for link in links[1:]] == [("refused", reason)] * 2
    assert decided(text, scored, limits={"user": Limit(per_customer=2)})[0] == [1, 1, 3, 3]


def test_what_one_record_holds_by_itself_is_no_bar_to_its_like() -> None:
    text = "emails=a@example.org,b@example.org\nemails=a@example.org\nemails=c@example.org"
    limits = {"email": Limit(per_customer=1)}
    assert decided(text, [(1, 2, 9.0), (1, 3, 9.0)], limits=limits)[0] == [1, 1, 3]


CROWD = [person | {"phones": ["+12125550199"]} for person in strangers(3, seed=5)]


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({}, None),
        ({"limits": {"phone": {"max_names": 2}}}, "held under too many first names"),
        ({"limits": {"phone": {"max_names": 2}}, "allow": {"phone": ["+12125550199"]}}, None),
        ({"block": {"phone": ["+12125550199"]}}, "blocked by the project"),
        ({"limits": {"email": {"max_names": 2}}, "block": {"email": ["+12125550199"]}}, None),
    ],
)
def test_a_value_points_to_nobody_when_the_project_says_so(
    settings: dict[str, object], reason: str | None
) -> None:
    chosen = ResolveSettings.model_validate(settings)
    with closing(DuckDBEngine()) as engine:
        tables = clustered(engine, CROWD, chosen)
    found = tables["identifiers"].filter(pl.col("value") == "+12125550199")
    assert set(found["generic_reason"]) == {reason}


def test_a_blocked_key_and_a_blocked_mailbox_link_nobody() -> None:
    text = """
    emails=ann.lee+a@example.org keys=shop:guest
    emails=ann.lee+b@example.org keys=shop:guest
    """
    assert len(set(decided(text, always_link=[MAIL])[0])) == 1
    blocked = {"shop": ["guest"], "email": ["Ann.Lee+news@example.org"]}
    clusters, links = decided(text, always_link=[MAIL], block=blocked)
    assert len(set(clusters)) == 2
    assert not links


def test_an_allowed_role_mailbox_points_to_its_holder() -> None:
    text = "given_name=Ann emails=info@example.org\nemails=info@example.org"
    assert len(set(decided(text, always_link=[MAIL])[0])) == 2  # generic values agree with none
    allow = {"email": ["info@example.org"]}
    assert len(set(decided(text, always_link=[MAIL], allow=allow)[0])) == 1
