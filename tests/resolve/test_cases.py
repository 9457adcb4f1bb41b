"""Who is who, in cases that stewards bring: each as lines of text and the groups they make."""

from __future__ import annotations

import itertools
from datetime import date

import polars as pl
import pytest

from cdp.project import Limit
from cdp.resolve import ResolveSettings
from tests.resolve.people import frame, record, resolved, strangers

ONE = {
    "same mailbox and name": """
        given_name=Ann surname=Lee emails=ann.lee@example.org
        given_name=Ann surname=Lee emails=ann.lee@example.org phones=+12125550101
    """,
    "nickname and the same email": """
        given_name=Robert surname=Okafor emails=bob@example.org
        given_name=Bob surname=Okafor emails=bob@example.org
    """,
    "a tagged address is the same mailbox": """
        given_name=Ida surname=Brandt emails=idabrandt@gmail.com
        given_name=Ida surname=Brandt emails=ida.brandt+shop@googlemail.com
    """,
    "a typo in the surname, same birth date and phone": """
        given_name=Katherine surname=Lindqvist birth_date=1980-03-04 phones=+12125550102
        given_name=Katherine surname=Lindqwist birth_date=1980-03-04 phones=+12125550102
    """,
    "a new surname after a wedding, same phone and birth date": """
        given_name=Maria surname=Santos birth_date=1988-07-01 phones=+12125550103 sex=F
        given_name=Maria surname=Keller birth_date=1988-07-01 phones=+12125550103 sex=F
    """,
    "moved house, same name and birth date and email": """
        given_name=Omar surname=Haddad birth_date=1979-01-02 emails=o@example.org city=Reno
        given_name=Omar surname=Haddad birth_date=1979-01-02 emails=o@example.org city=Boise
    """,
    "first name and surname in each other's column": """
        given_name=Amber surname=Hall emails=amber9021@example.org phones=+12125550106
        given_name=Hall surname=Amber emails=amber9021@example.org
        emails=amber9021@example.org phones=+12125550106
    """,
    "a declared key joins whatever the names say": """
        given_name=Vera surname=Pohl keys=shop:7
        given_name=Joan surname=Moss keys=shop:7
    """,
    "an email without a name is its owner's": """
        given_name=Nils surname=Aker emails=nils.aker@example.org
        emails=nils.aker@example.org
    """,
}

APART = {
    "twins: all is shared but the first name": """
        given_name=Emma surname=Stone birth_date=2001-05-06 sex=F street=9_Elm_St postcode=12345
        given_name=Olivia surname=Stone birth_date=2001-05-06 sex=F street=9_Elm_St postcode=12345
    """,
    "a couple with one mailbox and one phone": """
        given_name=Ana surname=Ruiz emails=ruiz@example.org phones=+12125550104
        given_name=Paul surname=Ruiz emails=ruiz@example.org phones=+12125550104
    """,
    "father and son": """
        given_name=John surname=Reed suffix=Sr birth_date=1950-02-03 street=1_Oak_Ave postcode=12345
        given_name=John surname=Reed suffix=Jr birth_date=1978-09-12 street=1_Oak_Ave postcode=12345
    """,
    "namesakes in two towns": """
        given_name=Mary surname=Smith birth_date=1960-01-05 city=Reno postcode=89501
        given_name=Mary surname=Smith birth_date=1991-11-23 city=Boise postcode=83701
    """,
    "a role mailbox is nobody's": """
        given_name=Lars surname=Dahl emails=info@example.org
        given_name=Ben surname=Frost emails=info@example.org
    """,
    "colleagues on one switchboard": """
        given_name=Tess surname=Hahn company=Acme phones=+12125550105
        given_name=Hugo surname=Wren company=Acme phones=+12125550105
    """,
}

NAMELESS = """
    given_name=Rosa surname=Vega emails=vega@example.org birth_date=1980-01-01
    given_name=Ivan surname=Vega emails=vega@example.org birth_date=1979-05-05
    emails=vega@example.org
"""


@pytest.fixture(scope="module")
def group_of() -> dict[str, list[int]]:
    """Each case to the groups of its records: all cases live in one town of strangers."""
    cases = ONE | APART | {"nameless": NAMELESS}
    people = {case: [record(line) for line in cases[case].strip().splitlines()] for case in cases}
    town = resolved(frame([*itertools.chain(*people.values()), *strangers(300)]))
    groups = iter(town["clusters"].sort("record_id")["cluster"].to_list())
    return {case: list(itertools.islice(groups, len(people[case]))) for case in cases}


@pytest.mark.parametrize("case", ONE)
def test_two_records_of_one_person_are_one(case: str, group_of: dict[str, list[int]]) -> None:
    assert len(set(group_of[case])) == 1


@pytest.mark.parametrize("case", APART)
def test_two_people_stay_two(case: str, group_of: dict[str, list[int]]) -> None:
    first, second = group_of[case]
    assert first != second


def test_a_nameless_record_does_not_join_a_couple(group_of: dict[str, list[int]]) -> None:
    first, second, _ = group_of["nameless"]
    assert first != second


def test_an_identifier_of_a_crowd_points_to_nobody() -> None:
    crowd = [person | {"phones": ["+12125550199"]} for person in strangers(12, seed=5)]
    tables = resolved(frame([*crowd, *strangers(100)]))
    phones = tables["identifiers"].filter(pl.col("value") == "+12125550199")
    assert phones["is_generic"].to_list() == [True] * 12
    assert set(phones["generic_reason"]) == {"held under too many first names"}
    assert tables["records"]["phones"].list.contains("+12125550199").sum() == 0
    sizes = tables["clusters"].group_by("cluster").len()["len"]
    assert sizes.max() == 1


def test_more_records_than_a_block_may_hold_are_one_when_they_state_the_same() -> None:
    """All their pairs would be too many to weigh; one that differs must be weighed."""
    same = record("given_name=Ann surname=Strand emails=ann@example.org phones=+12125550101")
    other = record("given_name=Bert surname=Strand emails=ann@example.org phones=+12125550101")
    tables = resolved(frame([*[same] * 230, other, *strangers(100)]))
    sizes = tables["clusters"].group_by("cluster").len()["len"]
    assert sorted(sizes)[-2:] == [1, 230]
    told = tables["links"].filter(pl.col("reason") == "alike in all that they state")
    assert told["kind"].to_list() == ["declared"] * 229
    assert told["record_l"].n_unique() == 1


def test_fathers_and_sons_do_not_teach_that_a_suffix_means_little() -> None:
    """Of one name and one home, they look like one person: that is what the suffix is for."""
    homes = [
        person | {"suffix": suffix, "emails": [], "phones": [], "birth_date": None}
        for person in strangers(60, seed=3)
        for suffix in ("Sr", "Jr")
    ]
    tables = resolved(frame([*homes, *strangers(300)]))
    levels = tables["model_levels"].filter(comparison="suffix", level_number=0)
    assert levels["match_share"].to_list() == [0.02]


def test_a_unique_key_forbids_two_of_its_kind() -> None:
    people = [
        record("given_name=Ann surname=Lee emails=ann@example.org keys=passport:1"),
        record("given_name=Ann surname=Lee emails=ann@example.org keys=passport:2"),
    ]
    settings = ResolveSettings(limits={"passport": Limit(per_customer=1)})
    tables = resolved(frame([*people, *strangers(100)]), settings=settings)
    link = tables["links"].row(0, named=True)
    assert link["status"] == "refused"
    assert link["reason"].startswith("limit of 1 `passport` per customer, though linked by ")
    assert tables["clusters"]["cluster"].n_unique() == 102


def test_what_a_pair_weighs_is_the_sum_of_its_evidence() -> None:
    people = [record(line) for line in ONE["nickname and the same email"].strip().splitlines()]
    tables = resolved(frame([*people, *strangers(200)]))
    weights = tables["links"].select(
        "match_weight",
        total=pl.col("evidence").str.extract_all(r'"weight_bits": (-?[\d.]+)').list.eval(
            pl.element().str.extract(r"(-?[\d.]+)$").cast(pl.Float64)
        ).list.sum(),
    )  # fmt: skip
    assert tables["links"].height > 0
    for weight, total in weights.iter_rows():
        assert abs(weight - total) < 0.2


def test_a_birth_date_alone_links_nobody() -> None:
    same_day = [person | {"birth_date": date(1990, 1, 1)} for person in strangers(10, seed=9)]
    tables = resolved(frame([*same_day, *strangers(300)]))
    assert tables["clusters"]["cluster"].n_unique() == 310


@pytest.mark.parametrize("count", [0, 1])
def test_with_nobody_to_compare_there_are_no_pairs(count: int) -> None:
    tables = resolved(frame(strangers(count)))
    assert tables["scored_pairs"].height == tables["links"].height == 0
    assert tables["clusters"].height == count


def test_two_common_names_are_no_slip_of_one_another() -> None:
    """Jana and Lana are two people, Jnana is a slip of one."""
    town = [
        person | {"given_name": name, "surname": "Lund" if number < 2 else person["surname"]}
        for number, person in enumerate(strangers(40))
        for name in ("Jana" if number % 2 else "Lana",)
    ]
    shared = "surname=Ohlsen street=4_Elm_Street postcode=12345"
    pair = [record(f"given_name={name} {shared}") for name in ("Jana", "Lana", "Jnana")]
    links = resolved(frame([*pair, *town, *strangers(300, seed=9)]))["scored_pairs"]
    told = {row[:2]: row[2] for row in links.select("record_l", "record_r", "evidence").rows()}
    assert '"given_name": {"level": "similar"' in told[1, 3]
    assert '"given_name": {"level": "similar"' not in told[1, 2]
