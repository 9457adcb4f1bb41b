"""Where Dagster keeps its settings and its history, and runs that died without saying so."""

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg

from cdp.errors import StoreLockedError
from cdp.project import Project
from cdp.store.layout import Layout
from cdp.store.lock import writer_lock

SETTINGS = Path(__file__).parent / "dagster.yaml"

_UNFINISHED = (
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
)
_UNDER_WAY = (dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING)


def home_folder() -> Path:
    """The folder of ``dagster.yaml``: DAGSTER_HOME, else this package."""
    return Path(os.environ.get("DAGSTER_HOME") or Path(__file__).parent).resolve()


def open_instance(home: Path) -> dg.DagsterInstance:
    """Dagster's settings and history in a folder; one without settings is given ours."""
    home.mkdir(parents=True, exist_ok=True)
    if not (home / SETTINGS.name).exists():
        shutil.copy(SETTINGS, home)
    return dg.DagsterInstance.from_config(str(home))


def is_run_going_on(instance: dg.DagsterInstance) -> bool:
    """Whether a run is queued or under way, whoever started it."""
    return bool(instance.get_run_ids(dg.RunsFilter(statuses=list(_UNFINISHED)), limit=1))


def fail_dead_runs(
    instance: dg.DagsterInstance, project: Project, *, now: datetime | None = None
) -> int:
    """Enter as failed the runs that Dagster believes under way while nobody holds the store.

    A killed run would otherwise keep its place among the runs allowed at once, and every later
    one would wait for it. A run takes the store within seconds of its start; younger ones are
    left alone.

    Returns:
        The number of dead runs found.
    """
    now = now or datetime.now(UTC)
    _free_slots_of_finished_runs(instance)
    filters = dg.RunsFilter(statuses=list(_UNDER_WAY), updated_before=now - timedelta(minutes=1))
    suspects = instance.get_runs(filters)
    if not suspects or _is_held(project, now):
        return 0
    for dead in suspects:
        instance.report_run_failed(dead, "The run was killed: nobody holds the store.")
        instance.event_log_storage.free_concurrency_slots_for_run(dead.run_id)
    return len(suspects)


def _free_slots_of_finished_runs(instance: dg.DagsterInstance) -> None:
    """A run entered as failed that was alive after all claims its place anew, and may keep it."""
    storage = instance.event_log_storage
    for key in storage.get_concurrency_keys():
        for slot in storage.get_concurrency_info(key).claimed_slots:
            run = instance.get_run_by_id(slot.run_id)
            if run is None or run.is_finished:
                storage.free_concurrency_slots_for_run(slot.run_id)


def _is_held(project: Project, now: datetime) -> bool:
    try:
        with writer_lock(Layout(project.store), run_id="none", started_at=now.replace(tzinfo=None)):
            return False
    except StoreLockedError:
        return True
