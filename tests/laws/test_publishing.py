"""Laws 6 and 12: readers see whole snapshots only; one bad batch stops itself, not the company."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import timedelta

import duckdb
import pytest

import cdp.store.publish
from cdp.errors import DeliveryHeldError, GateError, StoreLockedError
from cdp.pipeline import build_steps, open_run, walk
from cdp.progress import SilentObserver
from cdp.store import gate
from cdp.store.layout import Layout
from tests.laws.world import AS_OF, BAD_SHOP, CRM, FILES, Company, clusters_of, crm_file
from tests.thorough import thorough


def customers(company: Company) -> int:
    return int(company.query("select count(*) as n from customers")["n"][0])


def gated_run(company: Company, run_id: str, *, days: int) -> None:
    """A run so many days later, which the gate may refuse."""
    as_of = AS_OF + timedelta(days=days)
    with open_run(company.project, run_id=run_id, clock=lambda: as_of, as_of=as_of) as run:
        walk(run, SilentObserver())


def test_a_reader_keeps_its_snapshot_through_a_publication(ran: Company) -> None:
    with duckdb.connect(str(ran.snapshot), read_only=True) as reader:
        before = reader.sql("select * from customers order by customer_id").fetchall()
        ran.deliver({"inbox/crm_20260601.csv": crm_file(CRM[:1]).replace("1,Kate", "99,Zoe")}, "r2")
        assert reader.sql("select * from customers order by customer_id").fetchall() == before
    assert customers(ran) == len(before) + 1


def test_a_run_reads_nothing_shut_while_another_process_reads(ran: Company) -> None:
    code = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1], read_only=True); "
        "print(c.sql('select count(*) from customers').fetchall()[0][0], flush=True); "
        "sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(ran.snapshot)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as reader:  # fmt: skip
        assert reader.stdout is not None
        assert int(reader.stdout.readline()) == customers(ran)
        assert ran.run("r2", is_full=True).status == "published"
        reader.communicate("")


@thorough
def test_a_run_killed_before_the_swap_leaves_the_old_snapshot_whole(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.run("r1")
    before, count = company.snapshot.resolve(), customers(company)

    def killed(_layout: Layout, _run_id: str) -> None:
        raise KeyboardInterrupt

    company.write({"inbox/crm_20260601.csv": crm_file(CRM[:1]).replace("1,Kate", "99,Zoe")})
    with monkeypatch.context() as patched:
        patched.setattr(cdp.store.publish, "point_to", killed)
        with pytest.raises(KeyboardInterrupt):
            company.run("r2")
    assert company.snapshot.resolve() == before
    assert customers(company) == count
    company.run("r3")
    assert customers(company) == count + 1


def test_two_runs_at_once_never_share_the_store(company: Company) -> None:
    with (
        open_run(company.project, run_id="r1", clock=lambda: AS_OF, as_of=AS_OF),
        pytest.raises(StoreLockedError, match="run r1"),
    ):
        company.run("r2")
    assert company.run("r3").status == "published"


def test_old_snapshots_go_and_the_current_one_stays(ran: Company) -> None:
    ran.write({"cdp.yaml": ran.settings["cdp.yaml"] + "keep_snapshots: 2\n"})
    for number in (2, 3):
        ran.run(f"r{number}", is_full=True)
    kept = sorted(p.name for p in (ran.root / "warehouse" / "published").iterdir())
    assert kept == ["current", "r2", "r3"]


def test_the_snapshot_tells_what_its_columns_mean(ran: Company) -> None:
    comments = ran.query("select comment from duckdb_columns() where not internal")
    assert comments["comment"].null_count() == 0


def test_a_delivery_past_its_tolerated_share_is_held_and_the_others_go_on(company: Company) -> None:
    outcome = company.deliver(BAD_SHOP, "r1")
    held = outcome.attention.to_dicts()
    assert [row["source_file"] for row in held] == ["inbox/shop_20260615.jsonl"]
    assert "occurred_at_is_an_instant" in held[0]["reason"]
    assert company.query("select count(*) as n from timeline")["n"][0] > 0
    rows = company.query(
        "select distinct disposition from source_records where source_file like '%0615%'"
    )
    assert set(rows["disposition"]) <= {"held", "quarantined"}


@thorough
def test_a_held_delivery_goes_on_once_its_contract_is_mended(company: Company) -> None:
    company.deliver(BAD_SHOP, "r1")
    shop = company.settings["sources/shop.yaml"]
    company.write({"sources/shop.yaml": shop.replace("occurred_at: at", "occurred_at: when")})
    shutil.rmtree(company.root / "inbox")
    (company.root / "inbox").mkdir()
    outcome = company.run("r2")
    assert "inbox/shop_20260615.jsonl" not in outcome.attention["source_file"].to_list()


def test_a_project_may_stop_at_a_bad_batch(company: Company) -> None:
    strict = company.settings["cdp.yaml"].replace("0.4}", "0.4, on_critical: stop}")
    company.write({**BAD_SHOP, "cdp.yaml": strict})
    with pytest.raises(DeliveryHeldError, match="the time of the event is missing"):
        company.run("r1")
    assert not company.snapshot.exists()


def test_an_unexplained_fall_of_customers_is_not_published(company: Company) -> None:
    many = [f"{n},Given{n},Family{n},p{n}@example.com,,,,,,2026-03-01" for n in range(100, 130)]
    whole = company.settings["sources/crm.yaml"] + "sync_mode: full_refresh\n"
    company.write({"sources/crm.yaml": whole, "inbox/crm_20260601.csv": crm_file(many)})
    company.run("r1")
    company.write({"inbox/crm_20260602.csv": crm_file(many[:2])})
    with pytest.raises(GateError, match="customers fell") as refused:
        gated_run(company, "r2", days=1)
    assert "settings" not in str(refused.value)


@thorough
def test_a_mass_split_is_not_published_and_may_be_undone(
    ran: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "MAX_SPLIT_FLOOR", 1)
    monkeypatch.setattr(gate, "MAX_MERGED_FLOOR", 1)
    before, good = clusters_of(ran), ran.settings["cdp.yaml"]
    ran.write({"cdp.yaml": f"{good}resolve: {{min_match_weight_bits: 1000}}\n"})
    with pytest.raises(GateError, match="would be split off") as refused:
        gated_run(ran, "r2", days=1)
    assert "the settings (cdp.yaml, sources/) changed since run r1" in str(refused.value)
    # The store has parted them by now: that they come together again is no mass merge.
    newcomer = "80,Uma,Quist,uma.quist@example.net,,,,,,2026-03-01"
    ran.write({"cdp.yaml": good, "inbox/crm_20260620.csv": crm_file([newcomer])})
    gated_run(ran, "r3", days=2)
    assert before < clusters_of(ran)


def test_a_warning_holds_and_rejects_nothing(company: Company) -> None:
    rule = (
        "expect:\n- {expect: ExpectColumnValuesToBeInSet, column: level, value_set: [gold],"
        " severity: warning, name: gold_only}\n"
    )
    company.write({"sources/crm.yaml": company.settings["sources/crm.yaml"] + rule})
    outcome = company.run("r1")
    assert outcome.attention.height == 0
    check = company.query(
        "select passed, rows_failed, severity from checks where rule = 'gold_only' order by all"
    )
    assert check.to_dicts()[0] == {"passed": False, "rows_failed": 1, "severity": "warning"}


def test_every_step_of_a_project_reads_what_an_earlier_one_wrote(company: Company) -> None:
    written: set[str] = set()
    for step in build_steps(company.project):
        assert set(step.reads) <= written, step.name
        written |= set(step.writes)


def test_files_stay_where_they_were(ran: Company) -> None:
    assert {p.relative_to(ran.root).as_posix() for p in (ran.root / "inbox").iterdir()} == set(
        FILES
    )
