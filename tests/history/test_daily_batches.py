"""Daily batches with merges, splits, corrections and withdrawals: what ids promise, every day.

Five days; ``HYPOTHESIS_PROFILE=thorough make test ARGS=tests/history`` lives through thirty.
"""

from __future__ import annotations

from itertools import pairwise

import polars as pl
import pytest
from hypothesis import settings

from cdp import explain
from cdp.activation import export_customers
from cdp.errors import NotFoundError
from cdp.explain.finding import seek
from tests.activation.crm import Crm
from tests.history.daily import live
from tests.history.follower import Follower, Records
from tests.laws.world import Company

DAYS = 30 if settings.get_current_profile_name() == "thorough" else 5

MEMBERS = "select record_id, customer_id from members where valid_to is null"
LINKS = "select record_l, record_r from links"
CONTENT = (
    "select * exclude (version, delivery_id, source_file, source_row) from records where is_current"
)
GOLDEN = """
    select customer_id, given_name, surname, email, phone from customers where kind = 'identified'
"""
SPANS = "select record_id, customer_id, valid_from, valid_to from members order by 1, 3"
EVENTS = """
    select * from customer_changes where changed_at = (select max(as_of) from runs)
    order by run_id, sequence
"""


class Day:
    """What one day's snapshot says; read once, since the next day's run may take it away."""

    def __init__(self, company: Company) -> None:
        self.as_of = company.query("select max(as_of) as at from runs")["at"][0]
        self.members: dict[int, str] = dict(company.query(MEMBERS).iter_rows())
        self.customers: dict[str, int] = dict(
            company.query("select customer_id, record_count from customers").iter_rows()
        )
        self.content = {row["record_id"]: str(row) for row in company.query(CONTENT).to_dicts()}
        self.links = list(company.query(LINKS).iter_rows())
        self.spans = list(company.query(SPANS).iter_rows())
        self.events = company.query(EVENTS).to_dicts()
        self.fates = self._fates(company)
        self.golden = {row["customer_id"]: row for row in company.query(GOLDEN).to_dicts()}
        self.export = export_customers(
            company.project.store, destination="csv", outbox=company.root / "outbox"
        ).folder

    @staticmethod
    def _fates(company: Company) -> dict[str, str]:
        """Every id that ended: the living customers that `cdp show` leads to, or its reason."""
        ended = company.query(
            "select distinct customer_id from customer_changes where kind in ('merged', 'retired')"
        )
        fates = {}
        with explain.open_snapshot(company.project.store) as snapshot:
            for old in ended["customer_id"]:
                try:
                    found = seek(snapshot, old, default_region="US")
                except NotFoundError as reason:
                    fates[old] = str(reason)
                else:
                    fates[old] = " ".join(found.customer_ids)
        return fates

    @property
    def groups(self) -> dict[str, Records]:
        """The records of each customer."""
        grouped: dict[str, set[int]] = {}
        for record, customer in self.members.items():
            grouped.setdefault(customer, set()).add(record)
        return {customer: frozenset(records) for customer, records in grouped.items()}


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> list[Day]:
    root = tmp_path_factory.mktemp("daily") / "company"
    return [Day(company) for company in live(root, DAYS)]


def steps(days: list[Day]) -> list[tuple[Day, Day]]:
    return list(pairwise(days))


def test_the_days_bring_all_that_they_should(days: list[Day]) -> None:
    kinds = {event["kind"] for day in days for event in day.events}
    assert kinds >= {"created", "merged", "split", "retired", "regrouped"}
    assert sum(event["kind"] == "split" for day in days[1:] for event in day.events) >= 2


def touched(was: Day, now: Day) -> set[int]:
    """Records that are new, changed or gone, and all that a pair of either day ties to them.

    An oracle of its own: a flood over the published pairs, whatever was decided about them.
    """
    seen = {
        r
        for r in was.content.keys() | now.content.keys()
        if was.content.get(r) != now.content.get(r)
    }
    ties: dict[int, set[int]] = {}
    for left, right in was.links + now.links:
        ties.setdefault(left, set()).add(right)
        ties.setdefault(right, set()).add(left)
    waiting = list(seen)
    while waiting:
        fresh = ties.get(waiting.pop(), set()) - seen
        seen |= fresh
        waiting += fresh
    return seen


def test_ids_of_untouched_customers_never_change(days: list[Day]) -> None:
    calm = 0
    for was, now in steps(days):
        reached = touched(was, now)
        left_alone = {c: g for c, g in was.groups.items() if not g & reached}
        calm += len(left_alone)
        assert {c: now.groups.get(c) for c in left_alone} == left_alone
    assert calm > len(days), "the law was not tried"


def test_every_ended_id_leads_to_the_living_or_to_a_reason(days: list[Day]) -> None:
    led = reasoned = 0
    for day in days:
        for old, fate in day.fates.items():
            if fate.startswith("c_") and " was " not in fate:
                assert set(fate.split()) <= day.customers.keys()
                led += 1
            else:
                assert f"{old} was " in fate
                assert "retired on 2026-" in fate
                reasoned += 1
    assert led
    assert reasoned


def test_no_id_is_given_twice(days: list[Day]) -> None:
    born: set[str] = set()
    for day in days:
        fresh = {e["customer_id"] for e in day.events if e["kind"] in ("created", "split")}
        assert not fresh & born
        assert day.customers.keys() <= fresh | born
        born |= fresh


def test_a_copy_that_follows_the_events_is_the_published_table_every_day(days: list[Day]) -> None:
    follower = Follower()
    for day in days:
        follower.follow(day.events, day.groups)
        assert follower.sizes == day.customers
        assert follower.groups == day.groups


@pytest.mark.parametrize("every", [1, 3])
def test_a_crm_that_loads_exports_holds_the_golden_records_and_no_more(
    days: list[Day], every: int
) -> None:
    crm = Crm()
    ever_merged = 0
    for number, day in enumerate(days, 1):
        if number % every and number < len(days):
            continue
        merged = crm.load(day.export)
        ever_merged += len(merged)
        assert crm.contacts.keys() == day.golden.keys()
        for contact, golden in day.golden.items():
            told = {name: crm.contacts[contact][name] for name in golden}
            assert told == {name: value or "" for name, value in golden.items()}
        assert all(contact in day.fates[old].split() for old, contact in merged.items())
    assert every > 1 or ever_merged


def test_spans_never_overlap_and_leave_no_gap_while_a_record_is_current(days: list[Day]) -> None:
    spans = pl.DataFrame(
        days[-1].spans, ["record_id", "customer_id", "valid_from", "valid_to"], orient="row"
    )
    for day in days:
        then = spans.filter(
            (pl.col("valid_from") <= day.as_of)
            & (pl.col("valid_to").is_null() | (pl.col("valid_to") > day.as_of))
        )
        assert then["record_id"].is_unique().all()
        assert dict(then.select("record_id", "customer_id").iter_rows()) == day.members
        assert set(then["record_id"]) == day.content.keys()
