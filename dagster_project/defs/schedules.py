"""When the job runs by the clock."""

import dagster as dg

from cdp.project import Project
from dagster_project.defs.jobs import CDP_RUN


def build_schedule(project: Project) -> dg.ScheduleDefinition:
    """Each day at five in the project's time zone; it is off until somebody turns it on."""
    return dg.ScheduleDefinition(
        name="daily",
        job=CDP_RUN,
        cron_schedule="0 5 * * *",
        execution_timezone=project.timezone,
        description="A run each day at 05:00, whether or not the sensor saw a file.",
    )
