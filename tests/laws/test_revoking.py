"""A delivery taken back: from then on the store is one that never got it; restored: as before."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Literal

from hypothesis import example, given, settings
from hypothesis import strategies as st

from cdp.pipeline import build_steps, open_run
from cdp.store.revocations import Word, say
from tests.history.same_state import differences
from tests.laws.kept_model import install, keep_model, model_of
from tests.laws.world import (
    AS_OF,
    CRM,
    SHOP,
    WITHOUT_SHRINKING,
    Company,
    crm_file,
    shop_file,
)
from tests.thorough import thorough

NEW = "11,Nora,Quist,nora.quist@example.org,,1971-02-03,,,,2026-05-02 10:00"
JOINS = "10,Ana,Lindqvist,r.okafor@example.net,518-555-0118,1975-12-24,,,,2026-05-30 10:00"
RENAMED = CRM[2].replace("Robert", "Rupert").replace("2026-03-05", "2026-05-05")
SAME = shop_file(SHOP[:5])

DELIVERED: Sequence[tuple[str, str]] = (
    ("inbox/crm_20260401.csv", crm_file(CRM[:5])),
    ("inbox/shop_20260501.jsonl", SAME),
    # another list, and the one before it once more: A, B, A
    ("inbox/crm_20260502.csv", crm_file([RENAMED, *CRM[:2]])),
    ("inbox/crm_20260503.csv", crm_file(CRM[:5])),
    # a repeat of the one before it
    ("inbox/crm_20260504.csv", crm_file(CRM[:5])),
    # a correction of an amount and a person under the same name, and the old wording again
    ("inbox/shop_20260501.jsonl", SAME.replace("84.50", "80").replace("r.okafor@", "bob@")),
    ("inbox/shop_20260501.jsonl", SAME),
    # a late one, one that joins two, and a bad one
    ("inbox/crm_20260301.csv", crm_file([NEW, CRM[7]])),
    ("inbox/crm_20260530.csv", crm_file([NEW, JOINS])),
    ("inbox/crm_20260531.csv", crm_file([NEW, *["x,y"] * 3])),
)
"""Files in the order in which they lie in the inbox; a name again is written over."""


_IDENTITY = (
    "records", "identifiers", "holders", "block_keys", "weighed_pairs", "scored_pairs", "links",
    "clusters", "households",
)  # fmt: skip
_SHOWN = ("customers", "attribute_sources", "timeline")
MADE = {
    *(f"identity.{name}" for name in _IDENTITY),
    *(f"profile.{name}" for name in _SHOWN),
    *(f"main.{name}" for name in (*_SHOWN, "computed_traits")),
}
"""What is made of the clean tables. The others know deliveries, which each store numbers itself."""


def cleaned(company: Company, name: str, *, hours: int = 0) -> None:
    """Land, clean and fold: what all that follows is made of."""
    at = AS_OF + timedelta(hours=hours)
    with open_run(company.project, run_id=name, as_of=at, clock=lambda: at) as run:
        for step in build_steps(run.project):
            step.call(run)
            if step.name == "fold":
                return


def clean_tables(company: Company) -> dict[str, list[tuple[object, ...]]]:
    """What later steps read. An id of a delivery counts the times its content came before."""
    return {
        table: company.warehouse(f"select * exclude (delivery_id) from {table} order by all").rows()
        for table in ("clean.records", "clean.touchpoints")
    }


def speak(company: Company, action: Literal["revoke", "restore"], delivery_id: str) -> None:
    say(company.root, Word(action, delivery_id, "Ann", "a test", AS_OF.isoformat()))


def ids_of(company: Company, delivered: Sequence[tuple[str, str]]) -> list[str]:
    """The deliveries that the last of some files became, by their names and order of arrival."""
    entries = company.warehouse("select * from ops.deliveries order by landed_at, delivered_at")
    found = []
    for number, (name, _) in enumerate(delivered):
        nth = sum(earlier == name for earlier, _ in delivered[:number])
        found.append(entries.filter(entries["source_file"] == name)["delivery_id"][nth])
    return found


def published(company: Company, name: str, *, hours: int) -> None:
    """A whole run."""
    assert company.run(name, as_of=AS_OF + timedelta(hours=hours)).status == "published"


def assert_same_customers(left: Company, right: Company) -> None:
    """The same, but for the ids of customers and of deliveries."""
    told = differences(left.root, right.root, without=("delivery_id",))
    compared = {table: n for table, n in told.items() if table.partition(".")[2] in MADE}
    assert len(compared) == len(MADE)
    compared["current members"] = told["current members"]
    assert compared == dict.fromkeys(compared, 0)


@thorough
@settings(max_examples=1, phases=WITHOUT_SHRINKING)
@given(
    st.sets(st.integers(0, len(DELIVERED) - 1), min_size=1, max_size=6),
    st.integers(0, 10_000),
    st.just("folded"),
)
@example({0, 3, 6, 8}, 0, "published")
def test_what_is_taken_back_leaves_what_a_store_has_that_never_got_it(
    revoked: set[int], seed: int, upto: Literal["folded", "published"]
) -> None:
    dice = random.Random(seed)
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        with_them, without = Company(Path(one)), Company(Path(two))
        for number, (name, text) in enumerate(DELIVERED):
            with_them.write({name: text})
            if number not in revoked:
                without.write({name: text})
            later = DELIVERED[number + 1 :]
            is_written_over = any(name == another for another, _ in later)
            if is_written_over or number + 1 == len(DELIVERED) or dice.random() < 0.1:
                cleaned(with_them, f"r{number}", hours=number)
                cleaned(without, f"r{number}", hours=number)
        before = clean_tables(with_them)
        if upto == "published":
            published(with_them, "r20", hours=19)
            keep_model(with_them, as_of=AS_OF + timedelta(hours=19))
            install(without, model_of(with_them))
            # A run under another model looks at everything; the one after it, at what changes.
            with_them.run("r21", as_of=AS_OF + timedelta(hours=19))
        ids = [ids_of(with_them, DELIVERED)[number] for number in sorted(revoked)]
        for delivery_id in ids:
            speak(with_them, "revoke", delivery_id)
        if upto == "published":
            for company in (with_them, without):
                published(company, "s1", hours=20)
            assert_same_customers(with_them, without)
        else:
            cleaned(with_them, "s1", hours=20)
        assert clean_tables(with_them) == clean_tables(without)
        entries = with_them.warehouse("select * from ops.deliveries")
        assert (entries["status"] == "revoked").sum() >= 1
        for entry in entries.filter(entries["status"] == "revoked").iter_rows(named=True):
            assert entry["rows_held"] == entry["rows_read"] > 0
        for delivery_id in ids:
            speak(with_them, "restore", delivery_id)
        cleaned(with_them, "s2", hours=21)
        assert clean_tables(with_them) == before
