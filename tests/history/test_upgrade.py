"""An upgrade of the code over a store of the former release keeps ids and history."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cdp import explain
from cdp.errors import NotFoundError
from cdp.explain import Customer
from tests.explain.snapshot import shown
from tests.history.former_store import club_file, unpacked
from tests.laws.world import Company, shop_file

MEMBERS = "select * from members order by record_id, valid_from"
CHANGES = "select * from customer_changes order by changed_at, run_id, sequence"
PLACES = """
    select r.source, r.source_record_id as key, m.customer_id
    from members as m join records as r on m.record_id = r.record_id and r.is_current
    where m.valid_to is null order by all
"""
NEW_ORDER = json.dumps({
    "id": "o90", "at": "2026-06-20T10:00:00Z", "total": "12",
    "who": {"email": "lee.new@example.org", "name": "Lee New"},
})  # fmt: skip
NEWS = {
    "inbox/shop_20260701.jsonl": shop_file([NEW_ORDER]),
    "inbox/club_20260701.csv": club_file(
        ["m1,Kate,Marsh,,1,,", "m4,Ivy,Ross,ivy@example.com,,K-4,", "m5,Ivy,Ross,,,K-4,V-5"]
    ),
}
"""A stranger's order; and a list on which the customer split in June turns out to be one again."""


@pytest.fixture
def former(tmp_path: Path) -> Company:
    return unpacked(tmp_path / "company")


@pytest.fixture(scope="session")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Company, Company]:
    """The store as it was, and a copy after a run of today's code with a new file."""
    root = tmp_path_factory.mktemp("upgrade")
    was, now = unpacked(root / "was"), unpacked(root / "now")
    now.deliver(NEWS, "20260701T060000-today", as_of=datetime(2026, 7, 1, 6))
    return was, now


def ended(company: Company, kind: str) -> str:
    sql = f"select customer_id from customer_changes where kind = '{kind}' order by changed_at"
    return str(company.query(sql)["customer_id"][0])


def the(company: Company, who: str) -> Customer:
    with explain.open_snapshot(company.project.store) as snapshot:
        found = explain.find_customer(snapshot, who, default_region="US")
    assert isinstance(found, Customer)
    return found


def test_the_former_snapshot_answers_before_any_run(former: Company) -> None:
    store = former.project.store
    told = shown(explain.render.status(explain.read_status(store)))
    assert "20260601T060000-former" in told
    with explain.open_snapshot(store) as snapshot:
        page = explain.render.report_page(explain.read_quality(snapshot))
    assert "20260601T060000-former" in page
    merged = ended(former, "merged")
    assert f"{merged} was merged into" in shown(explain.render.customer(the(former, merged)))
    with pytest.raises(NotFoundError, match="retired on 2026-06-01"):
        the(former, ended(former, "retired"))


def test_ids_stay_for_all_that_a_new_file_does_not_touch(both: tuple[Company, Company]) -> None:
    was, now = (company.query(PLACES) for company in both)
    kept = was.join(now, on=["source", "key"], suffix="_now")
    touched = set(ids_of(both[1], "20260701T060000-today"))
    changed = kept.filter(pl.col("customer_id") != pl.col("customer_id_now"))
    assert kept.height == was.height - 1  # m6 has left the list
    assert set(changed["customer_id"]) <= touched
    assert changed.height == 1
    assert touched & set(kept["customer_id"]) < set(kept["customer_id"])


def ids_of(company: Company, run_id: str) -> list[str]:
    sql = f"select distinct customer_id from customer_changes where run_id = '{run_id}'"
    return [str(found) for found in company.query(sql)["customer_id"]]


def test_former_events_and_spans_stay_to_the_letter(both: tuple[Company, Company]) -> None:
    was, now = (company.query(CHANGES) for company in both)
    assert_frame_equal(now.head(was.height), was)
    ended_spans = [
        company.query(MEMBERS).filter(
            pl.col("valid_to").is_not_null() & (pl.col("valid_to") < datetime(2026, 7, 1))
        )
        for company in both
    ]
    assert_frame_equal(ended_spans[1], ended_spans[0])
    starts = [c.query("select record_id, valid_from, customer_id from members") for c in both]
    assert starts[0].join(starts[1], on=starts[0].columns, how="anti").height == 0


def test_new_events_go_on_from_former_ids(both: tuple[Company, Company]) -> None:
    was, now = both
    split_off = ended(was, "split")
    found = the(now, split_off)
    assert (
        found.golden["customer_id"] in was.query("select customer_id from customers")["customer_id"]
    )
    told = now.query(CHANGES).filter(pl.col("run_id") == "20260701T060000-today")
    assert {"created", "merged", "regrouped"} <= set(told["kind"])
    used = was.query(CHANGES)["customer_id"]
    born = told.filter(pl.col("kind").is_in(["created", "split"]))["customer_id"]
    assert not set(born) & set(used)


def test_a_new_column_is_null_for_former_runs_and_told_for_new_ones(
    both: tuple[Company, Company],
) -> None:
    runs = both[1].query("select run_id, moved_records, jitter from runs order by run_id")
    assert runs["jitter"].null_count() == runs.height - 1
    assert runs.row(-1) == ("20260701T060000-today", 1, pytest.approx(1 / 15))
