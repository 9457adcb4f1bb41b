"""Law 1: rows read = accepted + quarantined + duplicate + set aside + held. Law 2: nothing lost."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdp.errors import GateError
from cdp.pipeline import build_steps, open_run
from tests.laws.world import (
    AS_OF,
    CRM,
    FILES,
    SHOP,
    WITHOUT_SHRINKING,
    Company,
    crm_file,
    shop_file,
)

PARTS = ("accepted", "quarantined", "duplicate", "set_aside", "held")


def corrupted(line: str, dice: random.Random) -> str:
    """The line as a bad export could have it."""
    kind = dice.choice(["cut", "quote", "comma", "empty", "twice", "byte"])
    place = dice.randrange(len(line) + 1)
    return {
        "cut": line[:place],
        "quote": line[:place] + '"' + line[place:],
        "comma": line[:place] + "," + line[place:],
        "empty": "",
        "twice": f"{line}\n{line}",
        "byte": line[:place] + "\x00" + line[place:],
    }[kind]


@settings(max_examples=2, phases=WITHOUT_SHRINKING)
@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.4]))
def test_every_row_of_any_file_is_accounted_for(seed: int, tolerated: float) -> None:
    dice = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        company = Company(Path(folder))
        company.write({"cdp.yaml": company.settings["cdp.yaml"].replace("0.4", str(tolerated))})
        rows = [corrupted(r, dice) if dice.random() < 0.5 else r for r in CRM]
        lines = [corrupted(r, dice) if dice.random() < 0.5 else r for r in SHOP]
        company.deliver(
            {
                "inbox/crm_20260401.csv": crm_file(rows),
                "inbox/shop_20260501.jsonl": shop_file(lines),
            }
        )
        deliveries = company.query("select * from deliveries")
        for delivery in deliveries.iter_rows(named=True):
            assert delivery["rows_read"] == sum(delivery[f"rows_{part}"] for part in PARTS)
        listed = company.query("select count(*) as n from source_records")["n"][0]
        assert listed == deliveries["rows_read"].sum()
        read = sum(bool(line.strip("\r\n")) for line in shop_file(lines).split("\n"))
        shop = deliveries.filter(pl.col("source") == "shop")
        assert shop["rows_read"].sum() == read


def test_a_run_ends_with_the_account(company: Company) -> None:
    outcome = company.run()
    account = {row["source"]: row for row in outcome.account.iter_rows(named=True)}
    counts = {source: [row[part] for part in ("read", *PARTS)] for source, row in account.items()}
    # crm: one ragged row in the second file, one agent, and two rows delivered twice;
    # shop: a time that is none (twice) and a cut line, and one order delivered twice.
    assert counts == {"crm": [12, 8, 1, 2, 1, 0], "shop": [9, 5, 3, 1, 0, 0]}


def test_a_lost_row_keeps_the_snapshot_back(ran: Company) -> None:
    before = ran.snapshot.resolve()
    ran.write({"inbox/crm_20260601.csv": crm_file(CRM[:2])})
    with open_run(ran.project, run_id="r2", clock=lambda: AS_OF, as_of=AS_OF) as run:
        for step in build_steps(run.project):
            if step.name == "identify":
                run.engine.delete("clean.dispositions", "source", ["crm"])
            if step.name == "publish":
                with pytest.raises(GateError, match="no disposition"):
                    step.call(run)
            else:
                step.call(run)
    assert ran.snapshot.resolve() == before


def test_a_rejected_row_keeps_its_text_file_line_and_reason(ran: Company) -> None:
    kept = ran.warehouse("select source_file, source_row, raw, rule, reason from clean.quarantine")
    for row in kept.iter_rows(named=True):
        lines = FILES[row["source_file"]].splitlines(keepends=True)
        assert lines[row["source_row"] - 1] == row["raw"]
        assert row["reason"]
    assert kept.height == 4


def test_a_mended_contract_takes_its_rejected_rows_back(company: Company) -> None:
    shop = company.settings["sources/shop.yaml"]
    company.write({"sources/shop.yaml": shop.replace("touchpoint_key: id", "touchpoint_key: key")})
    outcome = company.run()
    assert outcome.account.filter(pl.col("source") == "shop")["accepted"].to_list() == [0]
    company.write({"sources/shop.yaml": shop})
    outcome = company.run("r2")
    assert outcome.account.filter(pl.col("source") == "shop")["accepted"].to_list() == [5]


def test_every_input_row_leads_to_its_customer_or_its_reason(ran: Company) -> None:
    orphans = ran.query("select * from source_records where customer_id is null and reason is null")
    assert orphans.height == 0
