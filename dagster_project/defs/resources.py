"""The store, opened once for a whole Dagster run: its lock, its engine, its entry in the ledger."""

from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg

from cdp.errors import ConfigError
from cdp.pipeline import Run, open_run
from cdp.project import Project

RUN = "run"
"""Key of the resource: `resources: {run: {config: {...}}}` in a run's configuration."""


class RunSettings(dg.Config):
    """What may be said when a run is launched; nothing need be."""

    as_of: str | None = None
    """The run's clock: an ISO instant, UTC without a zone. Default: its start."""
    full: bool = False
    """Make everything anew from the raw rows."""
    accept_jump: bool = False
    """Publish in spite of the gate."""
    wait_seconds: float = 300
    """How long to wait for another run to let go of the store."""


def build_run_resource(project: Project) -> dg.ResourceDefinition:
    """The resource that holds the store of a project while a Dagster run lasts.

    A run that published nothing, since only some assets were asked for, ends as *partial*.
    """

    @dg.resource(
        config_schema=RunSettings.to_config_schema().as_field(),
        description="One run of the pipeline: its project, engine and clock.",
    )
    def pipeline_run(context: dg.InitResourceContext) -> Iterator[Run]:
        settings = RunSettings(**context.resource_config)
        started_at = _now()
        with open_run(
            project,
            run_id=run_id_of(started_at, context.run.run_id if context.run else ""),
            as_of=_instant(settings.as_of) or started_at,
            is_full=settings.full,
            accept_jump=settings.accept_jump,
            wait_seconds=settings.wait_seconds,
            clock=_now,
        ) as run:
            yield run
            _end_unpublished(run)

    return pipeline_run


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _end_unpublished(run: Run) -> None:
    entry = run.ledger.last_run(["running"])
    if entry is not None and entry["run_id"] == run.run_id:
        run.finish("partial")


def run_id_of(started_at: datetime, dagster_run_id: str) -> str:
    """The id of a run of the pipeline: sorts by its start, ends like Dagster's own id.

    >>> run_id_of(datetime(2026, 7, 1, 5), "0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0")
    '20260701T050000-0b1c2d'
    """
    return f"{started_at:%Y%m%dT%H%M%S}-{dagster_run_id[:6]}"


def _instant(stated: str | None) -> datetime | None:
    if stated is None:
        return None
    try:
        instant = datetime.fromisoformat(stated)
    except ValueError:
        raise ConfigError(
            what="as_of is no ISO instant",
            where="run configuration",
            next_step="write 2026-06-30T00:00:00",
        ) from None
    return instant.astimezone(UTC).replace(tzinfo=None) if instant.tzinfo else instant
