"""What Dagster loads: the assets, checks, job, schedule and sensor of one project folder.

The folder is the one that CDP_PROJECT names, else the demo project beside this package.
"""

from pathlib import Path

import dagster as dg

from cdp.project import Project, load_project, project_folder_from_environment
from dagster_project.defs.assets import build_assets
from dagster_project.defs.jobs import CDP_RUN
from dagster_project.defs.resources import RUN, build_run_resource
from dagster_project.defs.schedules import build_schedule
from dagster_project.defs.sensors import build_sensor

DEMO_PROJECT = Path(__file__).parents[1] / "data"


def build_definitions(project: Project) -> dg.Definitions:
    """Everything that Dagster shows and runs for one project."""
    return dg.Definitions(
        assets=build_assets(project),
        jobs=[CDP_RUN],
        schedules=[build_schedule(project)],
        sensors=[build_sensor(project)],
        resources={RUN: build_run_resource(project)},
        # Also for runs that the button "Materialize" starts: one process, one writer.
        executor=dg.in_process_executor,
    )


@dg.definitions
def definitions() -> dg.Definitions:
    """The definitions of the project folder that the environment names."""
    return build_definitions(load_project(project_folder_from_environment() or DEMO_PROJECT))
