"""What stewards ruled holds in every later run, from the log to the published customers."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from cdp.errors import ProjectError
from cdp.pipeline import open_run
from cdp.store.rulings import LOG, append_rulings, make_ruling
from tests.laws.world import AS_OF, CRM, SHOP, Company, crm_file, shop_file

RULED_AT = datetime(2026, 7, 1, 9)
CUSTOMER_OF = """
    select r.source || ':' || r.source_record_id as key, m.customer_id
    from records as r join members as m on r.record_id = m.record_id and m.valid_to is null
    where r.is_current
"""


def rule(company: Company, ruling: str, one: str, other: str, at: datetime = RULED_AT) -> None:
    said = make_ruling(ruling, (one, other), by="kim", at=at, note="asked them")
    append_rulings(company.root, [said])


def owners(company: Company) -> dict[str, str]:
    return dict(company.query(CUSTOMER_OF).iter_rows())


def test_rulings_hold_through_more_files_and_a_full_run(ran: Company) -> None:
    before = owners(ran)
    assert before["crm:1"] == before["crm:2"]
    assert before["crm:3"] != before["crm:4"]
    rule(ran, "cannot_link", "crm:2", "crm:1")
    rule(ran, "must_link", "crm:3", "crm:4")
    rule(ran, "must_link", "crm:5", "crm:77")

    def check(name: str) -> dict[str, str]:
        now = owners(ran)
        assert now["crm:1"] != now["crm:2"], name
        assert now["crm:3"] == now["crm:4"], name
        return now

    # A ruling alone makes the next run work, once.
    assert ran.run("r2", as_of=AS_OF + timedelta(days=1)).status == "published"
    now = check("r2")
    assert {now[key] for key in ("crm:1", "crm:2")} >= {before["crm:1"]}
    assert ran.run("r3", as_of=AS_OF + timedelta(days=2)).status == "unchanged"
    # More files, one of them with the record that a ruling waited for.
    newcomer = "77,Zoe,Other,zoe@example.org,,,,,,2026-06-10 10:00"
    files = {
        "inbox/crm_20260701.csv": crm_file([*CRM[:2], newcomer]),
        "inbox/shop_20260701.jsonl": shop_file(
            [line.replace('"id": "o', '"id": "p') for line in SHOP[:3]]
        ),
    }
    assert ran.deliver(files, "r4", as_of=AS_OF + timedelta(days=3)).status == "published"
    now = check("r4")
    assert now["crm:5"] == now["crm:77"]
    ran.run("r5", as_of=AS_OF + timedelta(days=4), is_full=True)
    assert check("r5") == now
    told = ran.query("select ruling, ruled_by, ruled_at, note, is_contradicted from rulings")
    assert sorted(told["ruling"]) == ["cannot_link", "must_link", "must_link"]
    assert set(told.drop("ruling").rows()) == {("kim", RULED_AT, "asked them", False)}


def test_a_ruling_said_while_a_run_is_on_waits_for_the_next(ran: Company) -> None:
    later = AS_OF + timedelta(days=1)
    with open_run(ran.project, run_id="r2", clock=lambda: later, as_of=later) as run:
        rule(ran, "cannot_link", "crm:1", "crm:2")
        # What the run does and what it enters in the ledger must speak of the same rulings.
        assert not run.has_work
        assert run.rulings.said == ()
    with open_run(ran.project, run_id="r3", clock=lambda: later, as_of=later) as run:
        assert run.has_work


def test_a_bad_line_of_the_log_stops_a_run_before_it_begins(company: Company) -> None:
    company.write({LOG.as_posix(): '{"ruling": "must"}\n'})
    with pytest.raises(ProjectError, match=r"rulings/rulings.jsonl:1: `left` is missing"):
        company.run()
