"""Who shares a home: cases as lines of text, and the laws that hold for any ties."""

from __future__ import annotations

import itertools
from contextlib import closing
from datetime import datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.engine import DuckDBEngine
from cdp.resolve import (
    ResolveSettings,
    assign_customer_ids,
    begin_training,
    build_households,
    build_identifiers,
    cluster_records,
    score_pairs,
)
from cdp.resolve.households import households
from cdp.tables import CONTRACTS
from tests.resolve.people import BEGINNING, TRAINING, Person, frame, record, strangers

HOME = {
    "a couple with one surname, address and landline": """
        given_name=Ana surname=Ruiz street=4_Elm_St postcode=89501 phones=+17755550101 sex=F
        given_name=Paul surname=Ruiz street=4_Elm_St postcode=89501 phones=+17755550101 sex=M
    """,
    "a couple of two surnames with one address and landline": """
        given_name=Ida surname=Brandt street=7_Oak_Ave postcode=89502 phones=+17755550102
        given_name=Omar surname=Haddad street=7_Oak_Ave postcode=89502 phones=+17755550102
    """,
    "a couple with one surname and mailbox": """
        given_name=Nils surname=Aker emails=theakers@example.org
        given_name=Vera surname=Aker emails=theakers@example.org
    """,
    "a slip in the surname of one": """
        given_name=Ivan surname=Lindqvist street=9_Pine_Rd postcode=89503 unit=apt_2
        given_name=Rosa surname=Lindqwist street=9_Pine_Rd postcode=89503 unit=apt_2
    """,
    "father and son": """
        given_name=John surname=Reed suffix=Sr birth_date=1950-02-03 street=1_Oak_Ave postcode=12345
        given_name=John surname=Reed suffix=Jr birth_date=1978-09-12 street=1_Oak_Ave postcode=12345
    """,
    "a couple who work for one firm": """
        given_name=Ada surname=Okafor street=3_Ash_Ct postcode=89504 company=Borealis
        given_name=Ben surname=Okafor street=3_Ash_Ct postcode=89504 company=Borealis
    """,
}

NO_HOME = {
    "colleagues with nothing but an employer": """
        given_name=Tess surname=Hahn company=Acme
        given_name=Hugo surname=Wren company=Acme
    """,
    "colleagues on one switchboard at the address of the firm": """
        given_name=Cora surname=Holt company=Zenit phones=+12125550111 street=2_Bay_St city=Erie
        given_name=Emil surname=Farr company=Zenit phones=+12125550111 street=2_Bay_St city=Erie
    """,
    "namesakes on one switchboard": """
        given_name=Lena surname=Moss company=Vektor phones=+12125550112
        given_name=Otto surname=Moss company=Vektor phones=+12125550112
    """,
    "a role mailbox and an address": """
        given_name=Lars surname=Dahl emails=info@example.org street=5_Quay_St
        given_name=Ben surname=Frost emails=info@example.org street=6_Quay_St
    """,
    "one surname and a role mailbox": """
        given_name=Kim surname=Vogt emails=office@example.net
        given_name=Max surname=Vogt emails=office@example.net
    """,
    "strangers at one door": """
        given_name=Joan surname=Pohl street=8_Mill_Ln postcode=89505
        given_name=Carl surname=Berg street=8_Mill_Ln postcode=89505
    """,
    "one surname in two flats of one house": """
        given_name=Kate surname=Marsh street=6_Lake_Rd postcode=89506 unit=apt_1
        given_name=Noel surname=Marsh street=6_Lake_Rd postcode=89506 unit=apt_9
    """,
    "neighbours in two flats of one house who share a line": """
        given_name=Finn surname=Haas street=2_Lake_Rd postcode=89506 unit=apt_3 phones=+17755550107
        given_name=Iris surname=Yost street=2_Lake_Rd postcode=89506 unit=apt_8 phones=+17755550107
    """,
    "one surname in one town": """
        given_name=Gil surname=Stone city=Reno postcode=89507
        given_name=Pia surname=Stone city=Reno postcode=89507
    """,
    "a cookie on a shared computer": """
        given_name=Rolf surname=Eide devices=d1 street=5_Hay_Rd postcode=89508
        devices=d1
    """,
}


def homes_of(people: list[Person], *, threads: int | None = None, runs: int = 1) -> pl.DataFrame:
    """What resolving makes of the people: record_id, customer_id, household_id (null: none)."""
    settings = ResolveSettings()
    with closing(DuckDBEngine(threads=threads)) as engine:
        engine.store_frame(CONTRACTS["clean.records"], frame(people), append=False)
        for run in range(runs):
            begin_training(engine, TRAINING, settings=settings, as_of=BEGINNING)
            build_identifiers(engine, settings=settings, version=TRAINING)
            score_pairs(engine, settings=settings, version=TRAINING, seed=1)
            cluster_records(engine, settings=settings)
            as_of = datetime(2026, 1, 1 + run)
            assign_customer_ids(engine, project="p", as_of=as_of, run_id=f"r{run}")
            build_households(engine, project="p", settings=settings)
        return engine.query(
            "select record_id, customer_id, household_id, customer_count from identity.members"
            " left join identity.households using (customer_id)"
            " where valid_to is null order by record_id"
        )


def town() -> list[Person]:
    cases = [
        record(line)
        for case in (HOME | NO_HOME).values()
        for line in case.split("\n")
        if "=" in line
    ]
    # A call centre's computer, under many names of many homes.
    callers = [person | {"devices": ["d9"]} for person in strangers(12, seed=5)]
    # A block of flats whose tenants all have one name and state no flat.
    block = [
        person | {"surname": "Lang", "street": "1 Tower Sq", "postcode": "89509"}
        for person in strangers(40, seed=6)
    ]
    numbered = enumerate([*cases, *callers, *block, *strangers(300)], 1)
    return [person | {"record_id": number} for number, person in numbered]


@pytest.fixture(scope="module")
def homes() -> pl.DataFrame:
    return homes_of(town())


@pytest.fixture(scope="module")
def home_of(homes: pl.DataFrame) -> dict[str, list[str | None]]:
    """Each case to the households of its two people: all cases live in one town of strangers."""
    told = iter(homes["household_id"].to_list())
    return {case: list(itertools.islice(told, 2)) for case in HOME | NO_HOME}


@pytest.mark.parametrize("case", HOME)
def test_two_people_share_a_home(case: str, home_of: dict[str, list[str | None]]) -> None:
    first, second = home_of[case]
    assert first is not None
    assert first == second


@pytest.mark.parametrize("case", NO_HOME)
def test_two_people_share_none(case: str, home_of: dict[str, list[str | None]]) -> None:
    assert home_of[case] == [None, None]


def test_nobody_else_has_a_household(homes: pl.DataFrame) -> None:
    others = homes.slice(2 * len(HOME | NO_HOME))
    assert others["household_id"].null_count() == 12 + 40 + 300


def test_rows_in_any_order_on_any_threads_run_after_run_make_the_same_households(
    homes: pl.DataFrame,
) -> None:
    mixed = sorted(town(), key=lambda person: (int(str(person["record_id"])) * 7919) % 1009)
    assert homes_of(mixed, threads=1, runs=2).equals(homes)


@st.composite
def ties(draw: st.DrawFn) -> pl.DataFrame:
    """Any ties of up to 30 customers, in any order."""
    names = list(range(30))
    pair = st.sets(st.sampled_from(names), min_size=2, max_size=2).map(sorted)
    drawn = draw(st.lists(pair, unique_by=tuple, max_size=60))
    bits = draw(st.lists(st.floats(3, 40), min_size=len(drawn), max_size=len(drawn)))
    rows = [(*two, weight) for two, weight in zip(drawn, bits, strict=True)]
    schema = {"first_l": pl.Int64, "first_r": pl.Int64, "weight_bits": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


@given(ties(), st.integers(2, 8))
def test_households_of_any_ties_are_of_two_to_the_most_whatever_the_order(
    drawn: pl.DataFrame, most: int
) -> None:
    found = households(drawn, most=most)
    sizes = found.group_by("household").agg(pl.len(), pl.col("first_record").min())
    assert found["first_record"].is_unique().all()
    assert all(2 <= size <= most for size in sizes["len"])
    assert sizes["household"].equals(sizes["first_record"], check_names=False)
    mixed = drawn.sample(fraction=1, shuffle=True, seed=len(drawn))
    assert households(mixed, most=most).equals(found)


@given(ties(), st.integers(2, 8))
def test_everybody_in_a_household_is_tied_to_somebody_there(drawn: pl.DataFrame, most: int) -> None:
    home = dict(households(drawn, most=most).iter_rows())
    tied = {
        one
        for left, right in drawn.select("first_l", "first_r").iter_rows()
        if left in home and home[left] == home.get(right)
        for one in (left, right)
    }
    assert tied == set(home)


def chain(length: int) -> pl.DataFrame:
    records = range(length)
    return pl.DataFrame({"first_l": records[:-1], "first_r": records[1:], "weight_bits": 20.0})


@pytest.mark.parametrize("length", [4, 9, 40, 400])
def test_a_chain_of_ties_is_no_household(length: int) -> None:
    found = households(chain(length), most=8)
    assert found.group_by("household").len()["len"].max() in (None, 2, 3)


def test_a_family_of_five_is_one_and_a_crowd_is_none() -> None:
    def all_tied(count: int) -> pl.DataFrame:
        pairs = itertools.combinations(range(count), 2)
        rows = [(*pair, 20.0) for pair in pairs]
        return pl.DataFrame(rows, schema=["first_l", "first_r", "weight_bits"], orient="row")

    assert set(households(all_tied(5), most=8)["household"]) == {0}
    assert households(all_tied(140), most=8).is_empty()


def homes_called(names: list[str]) -> list[list[int]]:
    """The homes of three customers of one record each, called so; both ties weigh the same."""
    at: Person = {"surname": "Ruiz", "street": "4 Elm St"}
    people: list[Person] = [at | {"postcode": postcode} for postcode in ("89501", "89501", "89502")]
    people[1] |= {"phones": ["+17755550101"]}
    people[2] |= {"phones": ["+17755550101"]}
    ties = {"record_l": [1, 2], "record_r": [2, 3], "household_weight": 6.0}
    members = {"record_id": [1, 2, 3], "customer_id": names, "valid_from": datetime(2026, 1, 1),
               "valid_to": None, "run_id": "r"}  # fmt: skip
    with closing(DuckDBEngine()) as engine:
        engine.store_frame(CONTRACTS["clean.records"], frame(people), append=False)
        begin_training(engine, TRAINING, settings=ResolveSettings(), as_of=BEGINNING)
        build_identifiers(engine, settings=ResolveSettings(), version=TRAINING)
        told = {"identity.household_pairs": ties, "identity.members": members}
        for name, rows in told.items():
            engine.store_frame(CONTRACTS[name], pl.DataFrame(rows), append=False)
        build_households(engine, project="p", settings=ResolveSettings())
        return engine.query(
            "select list(record_id order by record_id) as records from identity.households"
            " join identity.members using (customer_id) group by household_id order by all"
        )["records"].to_list()


def test_of_two_equal_ties_it_is_the_records_that_choose_not_what_customers_are_called() -> None:
    assert homes_called(["a", "b", "c"]) == homes_called(["c", "b", "a"]) == [[1, 2]]
