"""Attributes of a project's own: what they may change of who is one person, and what never."""

from __future__ import annotations

import json
import random

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cdp.project import Compared, Limit, NeverLink
from cdp.resolve import ResolveSettings
from tests.resolve.people import Person, frame, record, resolved, stating, strangers

Tables = dict[str, pl.DataFrame]

KINDS = {
    "Tier": Compared(kind="exact"),
    "order": Compared(kind="number"),
    "joined_l": Compared(kind="date"),
    "team": Compared(kind="text"),
}


def people(seed: int = 3) -> list[Person]:
    """150 strangers, and every third once more without email and phone; attributes by chance."""
    dice = random.Random(seed)
    told = strangers(150)
    told += [
        {key: value for key, value in person.items() if key not in ("emails", "phones")}
        for person in told[::3]
    ]
    return [
        stating(
            person,
            Tier=dice.choice("ABCD"),
            order=str(dice.randrange(20)),
            joined_l=dice.choice(["2020-01-09", "2021-03-04", "2022-05-17"]),
            team=dice.choice(["blue team", "red", "green"]),
        )
        for person in told
    ]


@pytest.fixture(scope="module")
def without() -> Tables:
    return resolved(frame(people()))


@pytest.fixture(scope="module")
def noisy() -> Tables:
    return resolved(frame(people()), settings=ResolveSettings(compare=KINDS))


def compared(lines: str, settings: ResolveSettings, among: int = 60) -> tuple[Tables, list[int]]:
    """What comes of the people of the lines among strangers, and the clusters of the lines."""
    told = [record(line) for line in lines.strip().splitlines()]
    tables = resolved(frame([*told, *strangers(among)]), settings=settings)
    clusters = dict(tables["clusters"].iter_rows())
    return tables, [clusters[number] for number in range(1, len(told) + 1)]


def settings_of(**kinds: str) -> ResolveSettings:
    return ResolveSettings(compare={name: Compared(kind=kind) for name, kind in kinds.items()})


def test_what_nobody_asks_to_compare_changes_nothing(without: Tables) -> None:
    silent = [person | {"stated": "{}"} for person in people()]
    for name, table in resolved(frame(silent)).items():
        assert_frame_equal(table, without[name])


def test_noise_leaves_the_customers_as_they_are(without: Tables, noisy: Tables) -> None:
    assert without["clusters"]["cluster"].n_unique() == 150
    assert_frame_equal(noisy["clusters"], without["clusters"])


def test_noise_is_learned_to_weigh_hardly_anything(noisy: Tables) -> None:
    levels = noisy["model_levels"].filter(pl.col("comparison").is_in(list(KINDS)))
    assert set(levels["comparison"]) == set(KINDS)
    common = levels.filter(pl.col("random_share") > 0.2)
    assert common.filter(pl.col("weight_bits").abs() >= 0.5).is_empty()
    # What it weighs in a match on average, rare levels and all.
    told = levels.group_by("comparison").agg(
        (pl.col("match_share") * pl.col("weight_bits")).sum().alias("bits")
    )
    assert told.filter(pl.col("bits") >= 0.1).is_empty()


def test_the_evidence_tells_an_attribute_under_its_own_name(noisy: Tables) -> None:
    told = [json.loads(evidence) for evidence in noisy["links"]["evidence"]]
    assert all(set(KINDS) <= set(one) for one in told)
    assert {one["Tier"]["level"] for one in told} == {"same", "different"}
    weights = [sum(step["weight_bits"] for step in one.values()) for one in told]
    for weight, stated in zip(weights, noisy["links"]["match_weight"], strict=True):
        assert weight == pytest.approx(stated, abs=0.1)


def test_the_order_in_which_attributes_are_named_changes_nothing(noisy: Tables) -> None:
    turned = dict(reversed(KINDS.items()))
    for name, table in resolved(frame(people()), settings=ResolveSettings(compare=turned)).items():
        assert_frame_equal(table, noisy[name])


NAMESAKES = """
given_name=Ann surname=Lee own=card:AB-1234567
given_name=Ann surname=Lee city=Anytown own=card:ab_1234567
given_name=Ann surname=Lee city=Elsewhere own=card:AB-9999999
"""


def test_an_identifier_joins_records_that_say_too_little_otherwise() -> None:
    apart = """
    surname=Lee own=card:AB-1234567
    given_name=Ann own=card:ab1234567
    """
    _, clusters = compared(apart, ResolveSettings())
    assert len(set(clusters)) == 2
    tables, clusters = compared(apart, settings_of(card="identifier"))
    assert len(set(clusters)) == 1
    assert tables["links"]["reason"][0] == "the model; found by attribute card"


def test_an_identifier_parts_namesakes() -> None:
    _, (first, second, third) = compared(NAMESAKES, settings_of(card="identifier"))
    assert first == second != third


def test_who_states_nothing_agrees_and_differs_with_nobody() -> None:
    lines = """
    given_name=Ann surname=Lee birth_date=1980-01-02 own=tier:n/a
    given_name=Ann surname=Lee birth_date=1980-01-02 own=tier:gold
    given_name=Ann surname=Lee birth_date=1980-01-02 own=tier:unknown
    """
    asked, _ = compared(lines, settings_of(tier="exact"))
    unasked, _ = compared(lines, ResolveSettings())
    assert asked["attributes"].select("record_id", "value").rows() == [(2, "gold")]
    assert_frame_equal(asked["links"], unasked["links"])


def test_a_value_held_by_many_people_points_to_nobody() -> None:
    names = ["Ann", "Bob", "Cid", "Dan", "Eve", "Fay", "Gus", "Hal"]
    lines = "\n".join(f"given_name={name} own=card:000000" for name in names)
    tables, clusters = compared(lines, settings_of(card="identifier"))
    assert len(set(clusters)) == len(names)
    assert not tables["attributes"].height
    reasons = tables["identifiers"].filter(pl.col("kind") == "card")["generic_reason"]
    assert set(reasons) == {"held under too many first names"}


def test_what_the_project_blocks_points_to_nobody() -> None:
    settings = settings_of(card="identifier")
    blocked = settings.model_copy(update={"block": {"card": ("ab1234567",)}})
    _, clusters = compared(NAMESAKES, blocked)
    assert len(set(clusters)) == 3


def test_rules_and_limits_of_the_project_know_attributes() -> None:
    lines = """
    given_name=Ann surname=Lee birth_date=1980-01-02 emails=a@example.com own=tier:gold
    given_name=Ann surname=Lee birth_date=1980-01-02 emails=a@example.com own=tier:GOLD
    given_name=Ann surname=Lee birth_date=1980-01-02 emails=a@example.com own=tier:blue
    """
    settings = settings_of(tier="exact")
    _, clusters = compared(lines, settings)
    assert len(set(clusters)) == 1
    rule = NeverLink(name="tiers", different=("tier",))
    for more in ({"never_link": (rule,)}, {"limits": {"tier": Limit(per_customer=1)}}):
        _, (first, second, third) = compared(lines, settings.model_copy(update=more))
        assert first == second != third


def test_a_column_that_no_contract_names_is_not_compared() -> None:
    person = record("given_name=Ann surname=Lee") | {"attributes": '{"card": "AB-1"}'}
    tables = resolved(frame([person, person]), settings=settings_of(card="identifier"))
    assert not tables["attributes"].height


def test_what_a_home_shares_does_not_make_one_person_of_a_couple() -> None:
    couple = """
    given_name=Ann surname=Lee street=1_elm_street city=Anytown postcode=12345 own=card:77-88-99
    given_name=Bob surname=Lee street=1_elm_street city=Anytown postcode=12345 own=card:77-88-99
    """
    at_home = Compared(kind="identifier", shared_at_home=True)
    _, clusters = compared(couple, ResolveSettings(compare={"card": at_home}))
    assert len(set(clusters)) == 2


LEVELS = """
exact  | gold plus  | Gold  PLUS   | same
exact  | A+         | A-           | different
text   | Head, Sales| head sales   | same
text   | bookkeeper | gardener     | different
text   | Grüne Str. | grune str    | same
text   | bookkeeper | bookeeper    | similar
date   | 2020-01-31 | 31 Jan 2020  | same
date   | 2020-01-31 | 2020-01-21   | one slip
date   | 2020-03-04 | 2020-04-03   | one slip
date   | 2020-03-04 | 1985-03-04   | two parts of three
date   | 2020-03-04 | 1985-11-27   | different
number | 1,000      | 1000.0       | same
number | 1000       | 1040         | close
number | -1000      | 1000         | different
identifier | 12-345678 | 12 345 678  | same
identifier | 12-345678 | 12-345679   | similar
identifier | 12-345678 | 98-765432   | different
"""


def test_two_values_come_out_in_the_level_of_their_kind() -> None:
    lines = [[part.strip() for part in line.split("|")] for line in LEVELS.strip().splitlines()]
    cases = {f"no_{number}": case for number, case in enumerate(lines)}
    person = strangers(1)[0]
    told = [
        stating(person, **{name: case[side] for name, case in cases.items()}) for side in (1, 2)
    ]
    settings = settings_of(**{name: kind for name, (kind, *_) in cases.items()})
    (evidence,) = resolved(frame(told), settings=settings)["scored_pairs"]["evidence"]
    found = {name: step["level"] for name, step in json.loads(evidence).items() if name in cases}
    assert found == {name: level for name, (*_, level) in cases.items()}


def test_close_numbers_are_as_close_as_the_project_says() -> None:
    told = [stating(strangers(1)[0], it=value) for value in ("100", "109")]
    levels = {}
    for within in (None, 9.0, 8.5):
        settings = ResolveSettings(compare={"it": Compared(kind="number", within=within)})
        (evidence,) = resolved(frame(told), settings=settings)["scored_pairs"]["evidence"]
        levels[within] = json.loads(evidence)["it"]["level"]
    assert levels == {None: "different", 9.0: "close", 8.5: "different"}
