"""Run the job in this process, into the history that `make dev` shows."""

from pathlib import Path

import dagster as dg

from cdp.project import load_project
from dagster_project.definitions import build_definitions
from dagster_project.defs.jobs import CDP_RUN
from dagster_project.defs.resources import RUN
from dagster_project.home import fail_dead_runs, home_folder, open_instance


def materialize_project(
    folder: Path, *, as_of: str | None = None, home: Path | None = None, wait_seconds: float = 0
) -> dg.ExecuteInProcessResult:
    """Materialise every asset of a project folder; what failed is in the result, not raised.

    Args:
        folder: The project folder.
        as_of: The run's clock, an ISO instant, UTC; default: its start.
        home: Dagster's home; default: DAGSTER_HOME, else this package.
        wait_seconds: How long to wait for another run to let go of the store.

    Raises:
        ProjectError: The folder has faults; nothing was run.
    """
    project = load_project(folder)
    job = build_definitions(project).resolve_job_def(CDP_RUN.name)
    settings = {"wait_seconds": wait_seconds} | ({"as_of": as_of} if as_of else {})
    with open_instance(home or home_folder()) as instance:
        fail_dead_runs(instance, project)
        return job.execute_in_process(
            instance=instance,
            raise_on_error=False,
            run_config={
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
                "resources": {RUN: {"config": settings}},
            },
        )


def failures_of(result: dg.ExecuteInProcessResult) -> list[str]:
    """What went wrong, one text per failed step, or one for a run that could not start.

    Empty after a good run.
    """
    steps = [_step_failure(event) for event in result.all_events if event.is_step_failure]
    return steps or [_run_failure(event) for event in result.all_events if event.is_run_failure]


def _step_failure(event: dg.DagsterEvent) -> str:
    failure = event.step_failure_data
    told = failure.user_failure_data.description if failure.user_failure_data else None
    return f"{event.step_key}: {told or failure.error_display_string.strip()}"


def _run_failure(event: dg.DagsterEvent) -> str:
    error = event.job_failure_data.error
    while error and error.cause:
        error = error.cause
    return error.message.strip() if error else (event.message or "the run failed")
