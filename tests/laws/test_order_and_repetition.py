"""Laws 3, 4, 5, 10, 11: again, in any order, in any portions, at the same clock: the same."""

from __future__ import annotations

import random
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from cdp.errors import ConfigError
from cdp.pipeline import build_steps, open_run
from tests.laws.world import (
    AS_OF,
    CRM_HEADER,
    FILES,
    WITHOUT_SHRINKING,
    Company,
    Files,
    clusters_of,
    state_of,
)
from tests.thorough import thorough


def assert_same_state(left: Company, right: Company) -> None:
    for name, table in state_of(left).items():
        assert_frame_equal(table, state_of(right)[name])


def shuffled(files: Files, seed: int) -> dict[str, str]:
    """The same files with their rows in another order, headers in place."""
    dice = random.Random(seed)
    mixed = {}
    for name, text in files.items():
        head = [CRM_HEADER] if name.endswith(".csv") else []
        rows = text.rstrip("\n").split("\n")[len(head) :]
        dice.shuffle(rows)
        mixed[name] = "\n".join([*head, *rows]) + "\n"
    return mixed


def test_a_second_run_without_new_files_publishes_nothing(ran: Company) -> None:
    before = ran.snapshot.resolve()
    outcome = ran.run("r2", as_of=AS_OF + timedelta(days=1))
    assert outcome.status == "unchanged"
    assert ran.snapshot.resolve() == before


def test_the_same_files_again_change_nothing(ran: Company) -> None:
    before = state_of(ran)
    ran.write({name.replace("crm_20260501", "crm_20260502"): text for name, text in FILES.items()})
    outcome = ran.run("r2")
    assert outcome.account["read"].sum() == 21
    for name, table in state_of(ran).items():
        assert_frame_equal(table, before[name])


def test_a_full_run_gives_equal_rows_and_the_same_ids(ran: Company) -> None:
    before = state_of(ran)
    assert ran.run("r2", is_full=True).status == "published"
    for name, table in state_of(ran).items():
        assert_frame_equal(table, before[name])


@settings(max_examples=1, phases=WITHOUT_SHRINKING)
@given(st.integers(0, 10_000))
def test_the_order_of_rows_and_files_does_not_matter(seed: int) -> None:
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        straight, mixed = Company(Path(one)), Company(Path(two))
        straight.deliver(FILES)
        mixed.deliver(shuffled(FILES, seed))
        # Lines differ, so what hangs on a line (provenance) is left out.
        for name in ("customers", "computed_traits", "members"):
            assert_frame_equal(state_of(straight)[name], state_of(mixed)[name])


@thorough
@settings(max_examples=1, phases=WITHOUT_SHRINKING)
@given(st.permutations(sorted(FILES)), st.integers(1, 3))
def test_files_in_any_portions_make_the_same_customers(names: list[str], cut: int) -> None:
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        whole, portioned = Company(Path(one)), Company(Path(two))
        whole.deliver(FILES)
        portioned.deliver({name: FILES[name] for name in names[:cut]}, "r1")
        portioned.deliver({name: FILES[name] for name in names[cut:]}, "r2")
        assert clusters_of(whole) == clusters_of(portioned)
        by_row = (
            "select source_file, source_row, disposition, reason from source_records order by all"
        )
        assert_frame_equal(whole.query(by_row), portioned.query(by_row))


@thorough
@pytest.mark.parametrize("last_step", ["clean_crm", "assign_ids"])
def test_a_run_that_died_is_made_good_by_the_next(tmp_path: Path, last_step: str) -> None:
    undisturbed, struck = Company(tmp_path / "a"), Company(tmp_path / "b")
    undisturbed.deliver(FILES, "r1")
    struck.write(FILES)
    with open_run(struck.project, run_id="r0", clock=lambda: AS_OF, as_of=AS_OF) as run:
        for step in build_steps(run.project):
            step.call(run)
            if step.name == last_step:
                break
    assert not struck.snapshot.exists()
    struck.run("r1")
    assert_same_state(undisturbed, struck)


def test_a_touchpoint_with_a_corrected_wording_is_one_touchpoint(ran: Company) -> None:
    corrected = FILES["inbox/shop_20260501.jsonl"].replace('"84.50"', '"80"')
    ran.deliver({"inbox/shop_20260615.jsonl": corrected}, "r2")
    amounts = ran.query("select amount from timeline where source_touchpoint_id = 'o1'")
    assert [float(amount) for amount in amounts["amount"]] == [80.0]


def test_a_late_file_does_not_undo_a_newer_one(ran: Company) -> None:
    old = (
        FILES["inbox/crm_20260401.csv"]
        .replace("2026-04-01 10:00", "2026-01-01 10:00")
        .replace("Katherine", "Cathy")
    )
    ran.deliver({"inbox/crm_20260101.csv": old}, "r2")
    names = ran.query("select given_name from records where source_record_id = '2' and is_current")
    assert names["given_name"].to_list() == ["Katherine"]


def test_a_clock_that_runs_backwards_is_refused_before_anything_is_judged(ran: Company) -> None:
    before = ran.warehouse("select delivery_id, status, contract from ops.deliveries order by all")
    with pytest.raises(ConfigError, match="before that of the published run"):
        ran.run("r2", as_of=AS_OF - timedelta(days=900), is_full=True)
    after = ran.warehouse("select delivery_id, status, contract from ops.deliveries order by all")
    assert_frame_equal(after, before)
