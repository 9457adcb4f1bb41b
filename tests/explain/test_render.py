"""Every picture, of nothing but nulls and of values that look like markup or terminal commands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp import explain
from cdp.explain import Customer, Status, render
from tests.explain.snapshot import customer_id, one_customer, publish, shown, together
from tests.laws.world import Company

NASTY = "[red]x[/] \x1b[2J\x07\x9b31m"
TAMED = "[red]x[/]  [2J"
ACCOUNT = dict.fromkeys(("read", "accepted", "quarantined", "duplicate", "set_aside", "held"), 1200)
PICTURES: dict[str, tuple[Any, Any]] = {
    "outcome": (
        render.outcome,
        {
            "run_id": "r2", "status": "published", "figures": {"customers": None},
            "account": [{"source": NASTY, **ACCOUNT}, {"source": "crm", **ACCOUNT}],
            "attention": [
                {"status": "held", "source": "crm", "source_file": NASTY, "reason": None,
                 "rows_read": 0, "next_step": NASTY},
            ],
        },
    ),
    "sources": (
        render.sources, [{"source": "crm", "holds": "people", "path": [NASTY], "files": 0,
                          "notices": [NASTY]}],
    ),
    "preview": (
        render.preview,
        {
            "source": "crm", "file": NASTY, "header": None,
            "misread": [{"column": NASTY, "what": NASTY, "rows": 1}], "notices": [NASTY],
            "rows": [
                {"source_row": 2, "raw": {NASTY: None, "b": 1}, "mapped": {"emails": [NASTY]},
                 "unmapped": {NASTY: 1}, "fault": NASTY, "set_aside": None,
                 "misread": [NASTY]},
                {"source_row": 3, "raw": NASTY, "mapped": {}, "unmapped": {}, "fault": None,
                 "set_aside": "bot", "misread": []},
                {"source_row": 4, "raw": None, "mapped": {}, "unmapped": {}, "fault": None,
                 "set_aside": None, "misread": []},
            ],
        },
    ),
    "export": (
        render.export,
        {
            "destination": "csv", "run_id": "r1", "rows_written": 0, "opted_out": {"email": 1},
            "ended": {"merged": 1},
            "untold": {"post": 2},
            "rejected": {NASTY: 2}, "left_out": {"anonymous": 3}, "folder": "outbox/csv_r1",
        },
    ),
    "status": (
        render.status,
        Status(run={"run_id": "r1"}, writer={"run_id": None}, snapshot="s"),
    ),
}  # fmt: skip


def nasty_customer(store: Path) -> Customer:
    found = customer_id("a")
    losers = '[{"value": "[b]y", "source": "crm", "observed_at": "2026-01-01"}]'
    claim = {"customer_id": found, "attribute": "surname", "value": NASTY, "losers": losers}
    golden = one_customer("a", 1, surname=NASTY, emails=[NASTY])
    publish(store, together(golden, {"attribute_sources": [claim]}))
    with explain.open_snapshot(store) as snapshot:
        customer = explain.find_customer(snapshot, found, default_region="US")
    assert isinstance(customer, Customer)
    return customer


@pytest.mark.parametrize("name", sorted(PICTURES))
@pytest.mark.parametrize("width", [40, 200])
def test_a_picture_shows_values_as_they_are(name: str, width: int) -> None:
    draw, found = PICTURES[name]
    text = shown(draw(found), width)
    assert "\x1b" not in text
    assert "\x9b" not in text
    if name != "status" and width == 200:
        assert TAMED in text


def test_a_customer_shows_values_as_they_are(tmp_path: Path) -> None:
    text = shown(explain.render.customer(nasty_customer(tmp_path)))
    assert "\x1b" not in text
    assert text.count(TAMED) == 2
    assert "[b]y" in text


def test_a_customer_of_nothing_but_nulls_is_shown(tmp_path: Path) -> None:
    publish(tmp_path, one_customer("a", 1))
    with explain.open_snapshot(tmp_path) as snapshot:
        found = explain.find_customer(snapshot, customer_id("a"), default_region="US")
    assert "no name" in shown(explain.render.customer(found))


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("published", "Published as run r9"),
        ("unchanged", "Run r9 found nothing new"),
        ("rehearsed", "nothing was kept"),
        ("partial", "Run r9: partial"),
    ],
)
def test_the_end_of_a_run_is_said_in_words(status: str, said: str) -> None:
    draw, found = PICTURES["outcome"]
    text = shown(draw({**found, "run_id": "r9", "status": status}))
    assert said in text
    assert "read = accepted + quarantined + duplicate + set aside + held" in text
    assert "2,400" in text


def test_every_customer_of_a_real_run_can_be_shown(first_run: Company) -> None:
    with explain.open_snapshot(first_run.root / "warehouse") as snapshot:
        for found in snapshot.query("select customer_id from customers")["customer_id"]:
            customer = explain.find_customer(snapshot, found, default_region="US")
            assert isinstance(customer, Customer)
            assert found in shown(explain.render.customer(customer))
            traitless = replace(customer, traits=dict.fromkeys(customer.traits))
            assert found in shown(explain.render.customer(traitless))


IDS = (
    st.builds(customer_id, st.sampled_from("abc"))
    | st.just("d_4289f3fb2ea68689")
    | st.from_regex(r"\A[a-z]{3,9}:[A-Za-z0-9.@-]{20,40}\Z")
)


@given(st.lists(st.tuples(IDS, IDS, st.text("abc ", max_size=90)), min_size=1, max_size=3))
def test_no_id_is_broken_or_cut_however_narrow_the_screen(rows: list[tuple[str, ...]]) -> None:
    text = shown(render.cells.grid("Ids", ("one", "other", "because"), rows), 60)
    words = text.split()
    assert {found for row in rows for found in row[:2]} <= {*words}
    assert len("".join(words)) >= sum(len("".join(row).replace(" ", "")) for row in rows)


def test_ids_among_other_values_are_whole_and_the_others_fold() -> None:
    rows = [("customer", customer_id("a"), customer_id("b")), ("note", "word " * 30, "x" * 90)]
    text = shown(render.cells.grid("Ids", ("what", "crm:" + "1" * 30, "crm:2"), rows), 80)
    assert {customer_id("a"), customer_id("b"), "crm:" + "1" * 30} <= {*text.split()}
    assert text.count("word") == 30
    assert text.count("x") == 90
