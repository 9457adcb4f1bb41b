"""The store on its own: what a disk refuses, what the gate refuses, what the lock leaves behind."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from cdp.engine import DuckDBEngine
from cdp.errors import CdpError, NotPermittedError, StoreFullError, StoreLockedError
from cdp.store.disk import disk_faults
from cdp.store.gate import check_gate, lists_that_shrank
from cdp.store.layout import Layout
from cdp.store.ledger import Ledger
from cdp.store.lock import holder, writer_lock
from cdp.tables import CONTRACTS

START = datetime(2026, 1, 1)
GATED = ("clean.dispositions", "clean.records", "clean.rows", "identity.changes",
         "identity.members", "profile.customers")  # fmt: skip


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), StoreFullError),
        (duckdb.IOException("IO Error: Could not write file: No space left"), StoreFullError),
        (duckdb.TransactionException("Failed to commit: No space left on device"), StoreFullError),
        (duckdb.OutOfMemoryException("limit set by 'max_temp_directory_size'"), StoreFullError),
        (PermissionError(errno.EACCES, "secret"), NotPermittedError),
        (OSError(errno.EROFS, "Read-only file system"), NotPermittedError),
    ],
)
def test_what_a_disk_refuses_says_what_to_do(fault: Exception, error: type[CdpError]) -> None:
    with pytest.raises(error, match="Hint"), disk_faults(Path("/tmp/warehouse")):
        raise fault


def test_other_faults_stay_what_they_are() -> None:
    with pytest.raises(FileNotFoundError), disk_faults(Path("/tmp/warehouse")):
        raise FileNotFoundError


def test_a_killed_holder_leaves_no_lock(tmp_path: Path) -> None:
    code = (
        "import sys, os; from datetime import datetime; from pathlib import Path\n"
        "from cdp.store.layout import Layout; from cdp.store.lock import writer_lock\n"
        "layout, start = Layout(Path(sys.argv[1])), datetime(2026, 1, 1)\n"
        "with writer_lock(layout, run_id='r0', started_at=start):\n"
        "    print('held', flush=True); sys.stdin.read()\n"
    )
    layout = Layout(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as other:  # fmt: skip
        assert other.stdout is not None
        other.stdout.readline()
        note = holder(layout)
        assert note is not None
        assert note["run_id"] == "r0"
        with (
            pytest.raises(StoreLockedError, match="run r0"),
            writer_lock(layout, run_id="r1", started_at=START),
        ):
            pass
        other.kill()
    assert holder(layout) is None
    with writer_lock(layout, run_id="r1", started_at=START):
        assert holder(layout) is not None


@pytest.mark.parametrize(
    ("gone", "problem"), [(30, []), (31, ["31 of 100 records of `crm` have left"])]
)
def test_the_gate_tells_of_a_list_that_lost_its_second_half(gone: int, problem: list[str]) -> None:
    with closing(DuckDBEngine()) as engine:
        engine.connection.execute("create schema clean; create schema identity")
        engine.connection.execute(
            "create table clean.records as"
            " select range as record_id, if(range < 100, 'crm', 'shop') as source from range(150)"
        )
        # Twenty of the shop's fifty leave, too: no more than in any small source.
        engine.connection.execute(
            "create table identity.members as select range as record_id,"
            " timestamp '2026-01-01' as valid_from, case when range < $gone or range between 100"
            " and 119 then timestamp '2026-01-03' end as valid_to from range(150)",
            {"gone": gone},
        )
        assert lists_that_shrank(engine, datetime(2026, 1, 2)) == problem
        # What had left before the last run is nobody's news.
        assert lists_that_shrank(engine, datetime(2026, 1, 3)) == []


@pytest.mark.parametrize(
    ("before", "now", "problem"),
    [
        ((100, 10, 0), (71, 10, 0), ""),
        ((100, 10, 0), (69, 10, 0), "fell"),
        ((9, 20, 0), (9, 50, 0), ""),
        ((9, 20, 0), (9, 101, 0), "largest"),
        ((1000, 9, 0), (900, 9, 100), ""),
        ((1000, 9, 0), (899, 9, 101), "merged away"),
    ],
)  # fmt: skip
def test_the_gate_refuses_an_unexplained_jump(
    before: tuple[int, int, int], now: tuple[int, int, int], problem: str
) -> None:
    with closing(DuckDBEngine()) as engine:
        Ledger(engine)
        for table in GATED:
            engine.ensure(CONTRACTS[table])
        figures: list[dict[str, int | str | None]] = [
            {"run_id": "r1", "records": customers, "customers": customers,
             "largest_customer": largest, "merges": merges}
            for customers, largest, merges in (before, now)
        ]  # fmt: skip
        problems = check_gate(engine, figures[0], figures[1])
        assert bool(problems) == bool(problem)
        assert problem in " ".join(problems)


def test_a_note_of_a_killed_run_counts_for_nothing_when_its_number_is_anothers(
    tmp_path: Path,
) -> None:
    layout = Layout(tmp_path)
    with writer_lock(layout, run_id="r1", started_at=START):
        note = json.loads(layout.writer.read_text())
        assert (holder(layout) or {})["run_id"] == "r1"
        # Where the system does not tell when a process began, its number is all there is.
        layout.writer.write_text(json.dumps(note | {"pid_began": None}))
        assert (holder(layout) or {})["run_id"] == "r1"
        if note["pid_began"] is not None:
            layout.writer.write_text(json.dumps(note | {"pid_began": "1"}))
            assert holder(layout) is None
