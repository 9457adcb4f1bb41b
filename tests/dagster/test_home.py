"""Dagster's settings, the schedule, `make dev`'s words, and what an import costs."""

import os
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg

from cdp.project import Project
from cdp.store.layout import Layout
from cdp.store.lock import writer_lock
from dagster_project.definitions import build_definitions
from dagster_project.defs.jobs import CDP_RUN
from dagster_project.dev import HOST, free_port, welcome
from dagster_project.home import SETTINGS, fail_dead_runs, open_instance
from tests.dagster.conftest import Materialised

ROOT = Path(__file__).parents[2]


def test_a_home_without_settings_is_given_ours(tmp_path: Path) -> None:
    with open_instance(tmp_path / "home"):
        assert (tmp_path / "home" / "dagster.yaml").read_bytes() == SETTINGS.read_bytes()


def test_settings_that_are_there_are_kept(tmp_path: Path) -> None:
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n", encoding="utf-8")
    with open_instance(tmp_path):
        assert (tmp_path / "dagster.yaml").read_text() == "telemetry: {enabled: false}\n"


def test_dagster_is_told_to_run_one_writer_and_to_report_to_nobody(tmp_path: Path) -> None:
    with open_instance(tmp_path) as instance:
        assert instance.telemetry_enabled is False
        assert instance.nux_enabled is False
        queue = instance.get_concurrency_config().run_queue_config
    assert queue is not None
    assert queue.max_concurrent_runs == 1


def test_a_run_leaves_no_file_of_telemetry(ran: Materialised) -> None:
    names = {path.name for path in ran.home.iterdir()}
    assert "dagster.yaml" in names
    assert not {".telemetry", ".logs_queue", ".nux"} & names


def test_the_daily_run_is_off_and_at_five_where_the_project_is(tiny: Project) -> None:
    definitions = build_definitions(tiny)
    schedule = definitions.resolve_schedule_def("daily")
    assert schedule.default_status is dg.DefaultScheduleStatus.STOPPED
    assert (schedule.job_name, schedule.cron_schedule) == (CDP_RUN.name, "0 5 * * *")
    assert schedule.execution_timezone == "America/New_York"
    with dg.build_schedule_context(scheduled_execution_time=datetime(2026, 7, 1, 9)) as context:
        assert len(schedule.evaluate_tick(context).run_requests or ()) == 1


def test_the_sensor_is_off_until_somebody_turns_it_on(tiny: Project) -> None:
    sensor = build_definitions(tiny).resolve_sensor_def("arrived_files")
    assert sensor.default_status is dg.DefaultSensorStatus.STOPPED


def test_a_run_that_was_killed_is_failed_and_one_that_holds_the_store_is_not(
    tiny: Project,
) -> None:
    job = build_definitions(tiny).resolve_job_def(CDP_RUN.name)
    later = datetime.now(UTC) + timedelta(hours=1)
    with dg.DagsterInstance.ephemeral() as instance:
        run = instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED)
        assert fail_dead_runs(instance, tiny, now=later - timedelta(hours=1)) == 0
        with writer_lock(Layout(tiny.store), run_id="r", started_at=datetime(2026, 1, 1)):
            assert fail_dead_runs(instance, tiny, now=later) == 0
        assert fail_dead_runs(instance, tiny, now=later) == 1
        told = instance.get_run_by_id(run.run_id)
    assert told is not None
    assert told.status is dg.DagsterRunStatus.FAILURE


def test_a_port_that_is_taken_is_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port(range(port, port + 1)) is None
        assert free_port(range(port, port + 50)) not in (None, port)


def test_the_words_of_make_dev_say_where_what_to_press_and_how_to_stop(tiny: Project) -> None:
    said = welcome(tiny, 3004)
    assert "http://127.0.0.1:3004" in said
    assert "3000 is taken" in said
    assert "Materialize all" in said
    assert "Ctrl+C" in said
    assert "taken" not in welcome(tiny, 3000)


def test_a_project_with_faults_is_told_without_a_server(tmp_path: Path) -> None:
    (tmp_path / "cdp.yaml").write_text("projet: x\n", encoding="utf-8")
    ended = run_python("-m", "dagster_project.dev", CDP_PROJECT=str(tmp_path))
    assert ended.returncode == 2
    assert "cdp.yaml:1" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_loading_the_definitions_imports_no_slow_library(tiny: Project) -> None:
    ended = run_python(
        "-c",
        "import sys; from dagster_project.definitions import definitions; "
        "from dagster import Definitions; "
        "Definitions.validate_loadable(definitions()); "
        "print(*sorted({'great_expectations', 'splink', 'pandas', 'pyspark'} & set(sys.modules)))",
        CDP_PROJECT=str(tiny.root),
    )
    assert (ended.returncode, ended.stdout.strip()) == (0, ""), ended.stderr


def run_python(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **variables, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
