"""What Dagster may hear of failures, and runs that cannot start."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import dagster as dg

from cdp.errors import GateError
from cdp.pipeline import Run, StepReport, build_steps
from cdp.project import Project
from cdp.store.layout import Layout
from cdp.store.lock import writer_lock
from dagster_project.defs.assets import build_asset
from dagster_project.defs.resources import RUN, build_run_resource
from dagster_project.materialize import failures_of, materialize_project
from tests.dagster.tiny_project import SECRET, write_project


def test_a_defect_is_told_by_kind_and_place_and_never_by_its_message(tmp_path: Path) -> None:
    def breaks(_run: Run) -> StepReport:
        raise ValueError(f"cannot convert {SECRET}") from KeyError(SECRET)

    told = failure_of_first_step(write_project(tmp_path / "project"), breaks)
    assert told.startswith("land_crm: Internal error in land_crm (ValueError at test_failures.py:")


def test_a_closed_gate_says_how_to_publish_all_the_same(tmp_path: Path) -> None:
    def refuses(_run: Run) -> StepReport:
        raise GateError(what="customers fell by half", next_step="look at `cdp status`")

    told = failure_of_first_step(write_project(tmp_path / "project"), refuses)
    assert "GateError: customers fell by half" in told
    assert "accept_jump: true" in told


def failure_of_first_step(project: Project, call: Callable[[Run], StepReport]) -> str:
    """The text of a step that fails; nothing of its events holds the secret."""
    step = replace(build_steps(project)[0], call=call)
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize(
            [build_asset(step, project)],
            resources={RUN: build_run_resource(project)},
            instance=instance,
            raise_on_error=False,
        )
        logged = " ".join(str(entry) for entry in instance.all_logs(result.run_id))
    assert not result.success
    assert SECRET not in logged
    [told] = failures_of(result)
    return told


def test_a_run_that_cannot_have_the_store_says_who_holds_it(tmp_path: Path) -> None:
    project = write_project(tmp_path / "project")
    with writer_lock(Layout(project.store), run_id="other", started_at=datetime(2026, 1, 1)):
        result = materialize_project(project.root, home=tmp_path / "home")
    assert not result.success
    [told] = failures_of(result)
    assert "StoreLockedError" in told
    assert "run other" in told


def test_an_as_of_that_is_no_instant_starts_nothing(tmp_path: Path) -> None:
    project = write_project(tmp_path / "project")
    result = materialize_project(project.root, as_of="tomorrow", home=tmp_path / "home")
    [told] = failures_of(result)
    assert "as_of is no ISO instant" in told
    assert not (project.store / "warehouse.duckdb").exists()
