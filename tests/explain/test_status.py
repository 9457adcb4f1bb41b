"""The state of a store, read without a word to the run that may be writing to it."""

from __future__ import annotations

import json
import os
import socket
from contextlib import suppress
from pathlib import Path

import duckdb

from cdp import explain
from cdp.pipeline import open_run
from cdp.store.layout import Layout
from tests.explain.snapshot import shown as picture
from tests.laws.world import AS_OF, CRM, Company, crm_file


def shown(found: explain.Status) -> str:
    return picture(explain.render.status(found))


def test_before_the_first_run_it_says_what_to_do(tmp_path: Path) -> None:
    found = explain.read_status(tmp_path / "warehouse")
    assert (found.run, found.writer) == (None, None)
    assert "cdp run" in shown(found)


def test_a_published_store_tells_its_account_and_what_wants_a_look(first_run: Company) -> None:
    found = explain.read_status(first_run.root / "warehouse")
    assert found.run is not None
    assert found.run["run_id"] == "r1"
    for row in found.account.to_dicts():
        parts = ("accepted", "quarantined", "duplicate", "set_aside", "held")
        assert row["read"] == sum(row[part] for part in parts)
    assert found.run["finished_at"] == AS_OF
    assert found.last_runs["run_id"].to_list() == ["r1"]
    assert found.attention["status"].to_list() == ["held"]
    assert found.failed_checks["rule"].to_list() == ["occurred_at_is_an_instant"]
    assert set(found.rejected["source"]) == {"crm", "shop"}
    assert json.loads(json.dumps(found.as_dict(), default=str))["snapshot"].endswith("r1")
    text = shown(found)
    assert "held" in text
    assert "occurred_at_is_an_instant" in text


def test_the_writer_is_named_while_it_writes_and_readers_go_on(ran: Company) -> None:
    store = ran.root / "warehouse"
    with open_run(ran.project, run_id="r2", clock=lambda: AS_OF, as_of=AS_OF):
        found = explain.read_status(store)
        assert found.writer is not None
        assert (found.writer["run_id"], found.writer["pid"]) == ("r2", os.getpid())
        assert found.run is not None
        assert found.run["run_id"] == "r1"
        assert "Run r2 is writing" in shown(found)
    assert explain.read_status(store).writer is None


def test_the_note_of_a_killed_run_counts_for_nothing(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    note = {"run_id": "r1", "pid": 2**22 - 3, "host": socket.gethostname(), "started_at": "?"}
    layout.writer.write_text(json.dumps(note), encoding="utf-8")
    assert explain.read_status(tmp_path).writer is None


def test_rows_are_told_by_reason_and_a_cut_list_says_so(ran: Company) -> None:
    ragged = [",".join(["9"] * width) for width in (*range(2, 10), *range(11, 16))]
    ran.deliver({"inbox/crm_20260626.csv": crm_file([*ragged, *CRM * 4])}, "r2")
    found = explain.read_status(ran.root / "warehouse")
    told = found.rejected.filter(rule="row_is_readable")
    assert {f"{width} columns where the header names 10" for width in (2, 9, 15)} <= set(
        told["reason"]
    )
    assert told["row_count"].sum() == len(ragged) + 1 + 4 + 2  # of crm before, of crm now, of shop
    text = shown(found)
    assert f"... and {found.rejected.height - 10} more; all {found.rejected.height}" in text
    assert "quarantine_summary" in text


class Killed(BaseException):
    """What no code of ours catches, as a kill."""


def test_a_killed_run_is_said_to_be_killed_by_the_next_one(ran: Company) -> None:
    with (
        suppress(Killed),
        open_run(ran.project, run_id="r2", clock=lambda: AS_OF, as_of=AS_OF),
    ):
        raise Killed
    ran.run("r3", is_full=True)
    runs = ran.query("select run_id, status, finished_at from runs order by run_id").rows()
    assert runs[1] == ("r2", "killed", None)
    assert [status for _, status, _ in runs] == ["published", "killed", "published"]


def test_no_run_is_shown_as_running_that_does_not_hold_the_store(ran: Company) -> None:
    """A snapshot of an older version may still say so."""
    with duckdb.connect(str(ran.snapshot)) as connection:
        connection.execute("update runs set status = 'running'")
    assert explain.read_status(ran.root / "warehouse").last_runs["status"].to_list() == ["killed"]
