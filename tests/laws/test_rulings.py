"""What stewards ruled holds in every later run, from the log to the published customers."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
import pytest

from cdp import explain
from cdp.errors import ProjectError
from cdp.explain.why import OfTwo
from cdp.pipeline import open_run, rehearse
from cdp.progress import SilentObserver
from cdp.project import Resolving
from cdp.store.rulings import LOG, append_rulings, make_ruling
from tests.explain.snapshot import shown
from tests.laws.kept_model import keep_model
from tests.laws.world import AS_OF, CRM, SHOP, Company, crm_file, shop_file
from tests.thorough import thorough

RULED_AT = datetime(2026, 7, 1, 9)
CUSTOMER_OF = """
    select r.source || ':' || r.source_record_id as key, m.customer_id
    from records as r join members as m on r.record_id = m.record_id and m.valid_to is null
    where r.is_current
"""


def rule(company: Company, ruling: str, one: str, other: str, at: datetime = RULED_AT) -> None:
    said = make_ruling(ruling, (one, other), by="kim", at=at, note="asked them")
    append_rulings(company.root, [said])


def why(company: Company, *words: str) -> OfTwo:
    with explain.open_snapshot(company.root / "warehouse") as snapshot:
        found = explain.read_why(snapshot, words, default_region="US", resolving=Resolving())
    assert isinstance(found, OfTwo)
    return found


def owners(company: Company) -> dict[str, str]:
    return dict(company.query(CUSTOMER_OF).iter_rows())


@thorough
def test_rulings_hold_through_a_new_model_more_files_and_a_full_run(ran: Company) -> None:
    before = owners(ran)
    assert before["crm:1"] == before["crm:2"]
    assert before["crm:3"] != before["crm:4"]
    rule(ran, "cannot_link", "crm:2", "crm:1")
    rule(ran, "must_link", "crm:3", "crm:4")
    rule(ran, "must_link", "crm:5", "crm:77")
    # Gainsaid by what follows: the older must link gives way.
    rule(ran, "must_link", "crm:9", "crm:3", RULED_AT - timedelta(days=1))
    rule(ran, "cannot_link", "crm:9", "crm:4")

    def check(name: str) -> dict[str, str]:
        now = owners(ran)
        assert now["crm:1"] != now["crm:2"], name
        assert now["crm:3"] == now["crm:4"] != now["crm:9"], name
        return now

    # A ruling alone makes the next run work, once.
    outcome = ran.run("r2", as_of=AS_OF + timedelta(days=1))
    assert outcome.status == "published"
    now = check("r2")
    chain, missing = outcome.ruling_notices
    assert "cannot link, yet must links join" in chain
    assert "the must link of crm:9 and crm:3 gives way" in chain.replace(
        "crm:3 and crm:9", "crm:9 and crm:3"
    )
    assert missing.startswith("1 ruling speaks of a record that is not there (yet)")
    status = explain.read_status(ran.root / "warehouse", root=ran.root)
    assert status.ruling_notices == (chain,)
    assert status.rulings == {"applied": 1, "contradicted": 3, "unknown": 1}
    assert chain in " ".join(shown(explain.render.status(status)).split())
    for one, other, told in (
        ("crm:1", "crm:2", "Two customers: a steward's word: cannot link, ruled by kim on"),
        ("crm:4", "crm:3", "One customer: a steward's word: must link, ruled by kim on"),
        ("crm:4", "crm:9", "Two customers: a steward's word: cannot link, ruled by kim on"),
        ("crm:9", "crm:3", "A must link, ruled by kim on 2026-06-30, gives way to a cannot link"),
    ):
        found = why(ran, one, other)
        assert told in found.verdict
        assert 'Note: "asked them".' in found.notes[-1]
        bits = [line.bits for line in found.pair.lines if line.bits is not None]
        assert found.pair.weight is None or round(sum(bits), 6) == found.pair.weight
    assert {now[key] for key in ("crm:1", "crm:2")} >= {before["crm:1"]}
    assert ran.run("r3", as_of=AS_OF + timedelta(days=2)).status == "unchanged"
    # A model is trained on records of which some are ruled on: it would change nobody.
    trial = keep_model(ran, as_of=AS_OF + timedelta(days=2))["trial"]
    assert isinstance(trial, dict)
    assert (trial["would_merge"], trial["would_split"]) == (0, 0)
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
    # Under a kept model a run looks at what came: records that all but the rulings join or part.
    again = [
        CRM[0].replace("1,Kate", "2,Kate").replace("2026-03-01", "2026-06-20"),
        CRM[2]
        .replace("Robert,Okafor,r.okafor", "Bo,Elsewhere,bo")
        .replace("2026-03-05", "2026-06-20"),
    ]
    changed = {"inbox/crm_20260702.csv": crm_file(again)}
    assert ran.deliver(changed, "r5", as_of=AS_OF + timedelta(days=4)).status == "published"
    now = check("r5")
    ran.run("r6", as_of=AS_OF + timedelta(days=5), is_full=True)
    assert check("r6") == now
    said = ran.query("select ruling, ruled_by, ruled_at, note, is_contradicted from rulings")
    assert sorted(said["ruling"]) == ["cannot_link"] * 2 + ["must_link"] * 3
    plain = said.filter(~pl.col("is_contradicted"))
    assert plain.drop("ruling").rows() == [("kim", RULED_AT, "asked them", False)] * 2


def test_a_rehearsal_tells_of_rulings_what_the_run_would(ran: Company) -> None:
    rule(ran, "must_link", "crm:1", "crm:77")
    rule(ran, "cannot_link", "crm:77", "crm:3")
    rule(ran, "must_link", "crm:1", "crm:3")
    rule(ran, "must_link", "crm:5", "crm:78")
    with (ran.root / LOG).open("a", encoding="utf-8") as log:
        log.write('{"ruling": "mus')
    # The record that closes the chain comes with a file that the rehearsal takes back.
    newcomer = "77,Zoe,Other,zoe@example.org,,,,,,2026-06-10 10:00"
    ran.write({"inbox/crm_20260701.csv": crm_file([newcomer])})
    later = AS_OF + timedelta(days=1)
    with open_run(ran.project, run_id="r2", clock=lambda: later, as_of=later) as run:
        told = rehearse(run, SilentObserver()).ruling_notices
    chain, missing, broken = told
    assert chain.startswith("Rulings contradict: crm:77 and crm:3 cannot link")
    assert missing.startswith("1 ruling speaks of a record that is not there (yet)")
    assert broken.startswith("Line 5 ")
    assert ran.run("r3", as_of=later).ruling_notices == told


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
