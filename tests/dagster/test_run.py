"""A run of the job on the tiny project: what it publishes, what it checks, what it tells."""

import json
import shutil
from datetime import datetime
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from cdp.pipeline import StepReport, build_steps, open_run
from cdp.project import Project, load_project
from cdp.resolve import drift_notices
from cdp.tables import CONTRACTS
from dagster_project.definitions import build_definitions
from dagster_project.defs.figures import figures_of
from dagster_project.home import open_instance
from dagster_project.materialize import failures_of, materialize_project
from tests.dagster.conftest import Materialised
from tests.dagster.tiny_project import AS_OF, CDP, SECRET, event, write_events, write_project
from tests.thorough import thorough


def test_the_job_publishes_a_snapshot(ran: Materialised) -> None:
    assert ran.result.success
    assert failures_of(ran.result) == []
    shown = ran.metadata("published/snapshot")
    manifest = json.loads((ran.project.store / "published/current/manifest.json").read_text())
    assert shown["dagster/row_count"] == manifest["rows"]["customers"] > 0
    assert shown["run"] == manifest["run_id"]
    assert shown["folder"] == "warehouse/published/current"


def test_the_snapshot_shows_the_jitter_of_its_run_and_the_drift_of_its_model(
    ran: Materialised, tmp_path: Path
) -> None:
    calm = ran.metadata("published/snapshot")
    assert not {"jitter", "moved_records", "model_drift", "wants_a_look"} & calm.keys()
    shutil.copytree(ran.project.root, tmp_path / "moved", symlinks=True)
    moved = load_project(tmp_path / "moved")
    grown = {"figure": "records", "was": 2000, "now": 4100}
    drift = {"model_id": "m_0001", "moved": [grown]}
    as_of = datetime.fromisoformat(AS_OF)
    with open_run(moved, run_id="9", as_of=as_of, clock=lambda: as_of) as run:
        entry = {"jitter": 0.25, "moved_records": 50, "model_drift": json.dumps(drift)}
        told = run.engine.query("select * from ops.runs where status = 'published'")
        told = told.with_columns(**{name: pl.lit(value) for name, value in entry.items()})
        run.engine.renew_frame(CONTRACTS["ops.runs"], told, keys=told["run_id"], columns=["run_id"])
        publish = build_steps(moved)[-1]
        shown = figures_of(run, publish, publish.writes[0], StepReport(did_work=True))
    assert {name: shown[name].value for name in entry} == entry | {"model_drift": drift}
    jitter, *lines = str(shown["wants_a_look"].value).splitlines()
    assert jitter.startswith("25 % of the records known before (50) have another customer now")
    assert lines == drift_notices({"model_drift": json.dumps(drift)})


def test_every_asset_is_materialised_with_the_rows_that_its_table_has(ran: Materialised) -> None:
    definitions = build_definitions(ran.project)
    for spec in definitions.resolve_all_asset_specs():
        asset = spec.key.to_user_string()
        shown = ran.metadata(asset)
        if asset == "published/snapshot":
            continue
        stored = str(spec.metadata["dagster/table_name"])
        schema, table = stored.split(".")
        of_source = f"where source = '{spec.key.path[-1]}'" if stored == "clean.rows" else ""
        [(rows,)] = ran.query(f'select count(*) from "{schema}"."{table}" {of_source}')
        assert shown["dagster/row_count"] == rows, asset


def test_rows_of_the_sources_are_counted(ran: Materialised) -> None:
    assert ran.metadata("raw/crm")["dagster/row_count"] == 10
    assert ran.metadata("raw/web")["dagster/row_count"] == 13


def test_a_held_delivery_fails_the_check_of_its_rule_with_counts_and_lines(
    ran: Materialised,
) -> None:
    check = ran.check("clean/rows/web", "occurred_at_is_an_instant")
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.ERROR)
    shown = {name: value.value for name, value in check.metadata.items()}
    [delivery] = check.metadata["deliveries"].records  # type: ignore[attr-defined]  # a table
    assert "all its others wait" in str(check.description)
    assert "Mend the file under the same name" in str(check.description)
    assert shown["rule"] == "occurred_at_is_an_instant"
    assert (shown["rows_failed"], shown["rows_checked"]) == (3, 13)
    assert shown["share_failed"] == pytest.approx(3 / 13, abs=1e-4)
    assert shown["deliveries_held"] == 1
    assert dict(delivery.data) == {
        "file": "inbox/web_2.jsonl",
        "delivery": "held",
        "first_lines": "1, 2, 3",
        "failed": 3,
        "checked": 5,
        "message": "the time of the event is missing or cannot be read: 3 of 5 rows (60.0%), "
        "20.0% tolerated",
    }


def test_what_is_not_held_goes_on(ran: Materialised) -> None:
    dispositions = ran.query(
        "select source_file, count(*) from clean.dispositions group by all order by all"
    )
    assert dispositions == [
        ("inbox/crm.csv", 10),
        ("inbox/web_1.jsonl", 8),
        ("inbox/web_2.jsonl", 5),
    ]
    touchpoints = ran.query("select count(distinct touchpoint_id) from clean.touchpoints")
    assert touchpoints == [(8,)]
    assert ran.query("select count(*) from profile.customers where kind = 'identified'") != [(0,)]


def test_a_warning_fails_its_check_softly_and_holds_nothing(ran: Materialised) -> None:
    check = ran.check("clean/rows/crm", "expect_column_values_to_be_between_rating")
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert check.metadata["rows_failed"].value == 1
    assert check.metadata["deliveries_held"].value == 0
    assert ran.query("select status from ops.deliveries where source = 'crm'") == [("accepted",)]


def test_no_other_check_fails(ran: Materialised) -> None:
    failed = {
        made.check_name for made in ran.result.get_asset_check_evaluations() if not made.passed
    }
    assert failed == {
        "files_are_readable",
        "occurred_at_is_an_instant",
        "expect_column_values_to_be_between_rating",
    }


def test_a_file_that_cannot_be_read_fails_the_check_of_what_landed(ran: Materialised) -> None:
    check = ran.check("raw/web", "files_are_readable")
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert (check.metadata["files_failed"].value, check.metadata["files_checked"].value) == (1, 3)
    [file] = check.metadata["deliveries"].records  # type: ignore[attr-defined]  # a table
    assert file.data["source_file"] == "inbox/web_3.jsonl.gz"
    assert ran.check("raw/crm", "files_are_readable").passed


def test_nothing_that_dagster_stored_holds_a_cell(ran: Materialised) -> None:
    files = [path for path in ran.home.rglob("*") if path.is_file()]
    assert any(path.stat().st_size > 10_000 for path in files)
    assert [path.name for path in files if b"secret" in path.read_bytes()] == []
    with open_instance(ran.home) as instance:
        told = " ".join(str(entry) for entry in instance.all_logs(ran.result.run_id))
    assert "files_are_readable" in told
    assert "secret" not in told
    for record in (SECRET, "ann.lee", "+1 650 555", "device-1"):
        assert record not in told


@thorough
def test_a_second_run_repeats_the_checks_and_changes_nothing(tmp_path: Path) -> None:
    project = write_project(tmp_path / "project")
    first = materialise(project, tmp_path / "home")
    second = materialise(project, tmp_path / "home")
    assert second.metadata("clean/rows/web")["changed"] is False
    assert (
        second.metadata("published/snapshot")["run"] != first.metadata("published/snapshot")["run"]
    )
    assert verdicts(second) == verdicts(first)
    mended = [event(n) for n in range(10, 15)]
    write_events(project.root / "inbox/web_2.jsonl", mended)
    assert (
        materialise(project, tmp_path / "home")
        .check("clean/rows/web", "occurred_at_is_an_instant")
        .passed
    )


def test_a_step_that_fails_says_why_without_a_cell_and_leaves_the_snapshot(tmp_path: Path) -> None:
    write_project(tmp_path / "project")
    strict = CDP.replace("hold}", "stop}")
    (tmp_path / "project/cdp.yaml").write_text(strict, encoding="utf-8")
    failed = materialise(load_project(tmp_path / "project"), tmp_path / "home")
    assert not failed.result.success
    [told] = failures_of(failed.result)
    assert told.startswith("clean_web: DeliveryHeldError: source web: 1 deliveries break")
    assert "Hint:" in told
    assert "secret" not in told
    assert failed.metadata("clean/rows/crm")["dagster/row_count"] == 10
    assert failed.query("select status from ops.runs") == [("failed",)]
    assert not (failed.project.store / "published").exists()


def materialise(project: Project, home: Path) -> Materialised:
    return Materialised(project, home, materialize_project(project.root, as_of=AS_OF, home=home))


def verdicts(ran: Materialised) -> dict[str, bool]:
    made = ran.result.get_asset_check_evaluations()
    return {f"{m.asset_key.to_user_string()}:{m.check_name}": m.passed for m in made}
