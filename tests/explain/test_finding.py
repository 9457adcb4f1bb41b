"""Whoever is asked for, by whatever is at hand: found, or told why not, without repeating it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cdp import explain
from cdp.errors import NotFoundError
from cdp.explain.customer import Customer
from cdp.explain.finding import Candidates, Found
from tests.explain.snapshot import shown as picture
from tests.laws.world import AS_OF, Company, crm_file


def find(company: Company, who: str) -> Found:
    with explain.open_snapshot(company.root / "warehouse") as snapshot:
        return explain.find_customer(snapshot, who, default_region="US")


def found(company: Company, who: str) -> Customer:
    customer = find(company, who)
    assert isinstance(customer, Customer)
    return customer


def shown(found: Found) -> str:
    return picture(explain.render.customer(found))


@pytest.mark.parametrize(
    "who",
    [
        "r.okafor@example.net", "  R.Okafor@Example.NET ", "r.okafor+shop@example.net",
        "518-555-0118", "+1 (518) 555-0118", "crm:3",
    ],
)  # fmt: skip
def test_one_person_answers_to_all_names(first_run: Company, who: str) -> None:
    assert found(first_run, who).golden["surname"] == "Okafor"


def test_a_customer_comes_with_the_evidence(first_run: Company) -> None:
    by_key = found(first_run, "crm:3")
    again = found(first_run, str(by_key.golden["customer_id"]).upper())
    assert again.golden == by_key.golden
    assert set(again.records["source"]) == {"crm", "shop"}
    assert again.links.height >= 1
    assert again.timeline.height == 1
    attributes = {row["attribute"]: row["value"] for row in again.sources.to_dicts()}
    assert attributes["email"] == "r.okafor@example.net"
    told = again.as_dict()
    assert told["changes"]
    text = shown(again)
    for word in ("Okafor", "the model; found by email", "given_name: short form", "created"):
        assert word in text


def test_a_mailbox_that_a_household_shares_lists_its_customers(first_run: Company) -> None:
    several = find(first_run, "bauer@example.org")
    assert isinstance(several, Candidates)
    assert sorted(several.customers["name"]) == ["Ida Bauer", "Jutta Bauer", "Otto Bauer"]
    assert "Otto Bauer" in shown(several)


@pytest.mark.parametrize("kind", ["email", "phone", "key", "words"])
def test_nobody_is_told_without_repeating_what_was_asked(first_run: Company, kind: str) -> None:
    who = {"email": "nobody@example.com", "phone": "+12125550177", "key": "crm:9999",
           "words": "jane who is tall"}[kind]  # fmt: skip
    with pytest.raises(NotFoundError) as raised:
        find(first_run, who)
    assert who not in str(raised.value)
    assert "9999" not in str(raised.value)
    assert "Hint" in str(raised.value)


def test_a_row_that_became_nobody_answers_with_its_reason(first_run: Company) -> None:
    with pytest.raises(NotFoundError, match=r"crm_20260501.csv:4: .*set_aside, agent"):
        find(first_run, "crm:6")


def test_an_unknown_source_is_told_the_known_ones(first_run: Company) -> None:
    with pytest.raises(NotFoundError, match="crm, shop"):
        find(first_run, "hubspot:1")


def test_the_beginning_of_one_id_and_another_case_are_understood(first_run: Company) -> None:
    whole = str(found(first_run, "crm:3").golden["customer_id"])
    for who in (whole[:10], whole[:8].upper(), "CRM:3"):
        assert found(first_run, who).golden["customer_id"] == whole
    with pytest.raises(NotFoundError, match="no customer has or had an id that begins so"):
        find(first_run, "c_zzzzz")


@pytest.mark.parametrize(
    ("who", "meant"), [("o5", "shop:o5"), ("crm:003", "crm:3"), ("shop:O5", "shop:o5")]
)
def test_a_key_without_its_source_or_written_a_little_otherwise_is_told(
    first_run: Company, who: str, meant: str
) -> None:
    with pytest.raises(NotFoundError, match=f"did you mean `{meant}`") as raised:
        find(first_run, who)
    assert "cdp show" not in raised.value.next_step


def test_a_merged_id_leads_to_the_customer_it_lives_on_in(ran: Company) -> None:
    tom = "50,Tom,Frey,tom.frey@example.org,,1971-04-05,,,,2026-03-01"
    thomas = "51,Gina,Nowak,,,,,,,2026-03-01"
    ran.deliver({"inbox/crm_20260602.csv": crm_file([tom, thomas])}, "r2", as_of=AS_OF)
    before = {key: str(found(ran, key).golden["customer_id"]) for key in ("crm:50", "crm:51")}
    assert before["crm:50"] != before["crm:51"]
    told = "51,Thomas,Frey,tom.frey@example.org,,1971-04-05,,,,2026-06-03"
    ran.deliver({"inbox/crm_20260603.csv": crm_file([told])}, "r3", as_of=AS_OF + timedelta(1))
    after = str(found(ran, "crm:50").golden["customer_id"])
    assert after == str(found(ran, "crm:51").golden["customer_id"])
    (former,) = set(before.values()) - {after}
    customer = found(ran, former)
    assert customer.golden["customer_id"] == after
    assert customer.merged_from == (former,)
    assert f"{former} was merged into {after} on 2026-07-01" in shown(customer)
    assert "merged" in customer.changes["kind"].to_list()


def test_markup_in_a_value_is_shown_as_it_is(first_run: Company) -> None:
    customer = found(first_run, "crm:1")
    golden = dict(customer.golden) | {"given_name": "[red]Kate[/]"}
    assert "[red]Kate[/] Marsh" in shown(replace(customer, golden=golden))


@pytest.mark.parametrize("key", ["shop:o1", "shop:o5"])
def test_the_key_of_an_event_leads_to_its_customer(first_run: Company, key: str) -> None:
    customer = found(first_run, key)
    (surname,) = {"shop:o1": ["Marsh"], "shop:o5": ["Okafor"]}[key]
    assert customer.golden["surname"] == surname
    assert "shop" in customer.timeline["source"].to_list()


def test_an_event_in_quarantine_answers_with_its_place_and_its_rule(first_run: Company) -> None:
    with pytest.raises(NotFoundError, match=r"jsonl:4: .*occurred_at_is.*is c_") as raised:
        find(first_run, "shop:o4")
    assert "mend the file" in str(raised.value)


def test_a_key_that_may_stand_in_an_unreadable_row_is_told_of_it(first_run: Company) -> None:
    with pytest.raises(NotFoundError, match=r"crm_20260501.csv:5: .*row_is_readable"):
        find(first_run, "crm:7")
