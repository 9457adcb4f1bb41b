"""One Dagster step per step of the pipeline; the tables that it writes are the assets."""

from collections.abc import Iterator

import dagster as dg

from cdp.pipeline import Run, Step, build_steps
from cdp.project import Project
from dagster_project.defs.failures import failing_without_cells
from dagster_project.defs.figures import figures_of
from dagster_project.defs.ingest import checks as file_checks
from dagster_project.defs.quality import checks as rule_checks
from dagster_project.defs.specs import asset_specs, key_of

POOL = "duckdb_writer"
"""One step at a time writes the store, whatever run it belongs to."""

Made = dg.MaterializeResult[None]


def build_assets(project: Project) -> list[dg.AssetsDefinition]:
    """The assets of a project, in the order of its steps."""
    return [build_asset(step, project) for step in build_steps(project)]


def build_asset(step: Step, project: Project) -> dg.AssetsDefinition:
    """The step as one Dagster step, with an asset per table and a check per rule."""

    @dg.multi_asset(
        name=step.name,
        description=step.description,
        specs=asset_specs(step, project),
        check_specs=_check_specs(step, project),
        pool=POOL,
    )
    def made(run: dg.ResourceParam[Run]) -> Iterator[Made]:
        yield from _perform(step, run)

    return made


def _perform(step: Step, run: Run) -> list[Made]:
    with failing_without_cells(run, step):
        report = step.call(run)
        checks = _check_results(step, run)
        return [
            dg.MaterializeResult(
                asset_key=key_of(table),
                metadata=figures_of(run, step, table, report),
                check_results=[check for check in checks if check.asset_key == key_of(table)],
            )
            for table in step.writes
        ]


def _check_specs(step: Step, project: Project) -> list[dg.AssetCheckSpec]:
    if step.source is None:
        return []
    if step.stage == "ingest":
        return file_checks.check_specs(step.source)
    return rule_checks.check_specs(project, step.source)


def _check_results(step: Step, run: Run) -> list[dg.AssetCheckResult]:
    if step.source is None:
        return []
    if step.stage == "ingest":
        return file_checks.check_results(run, step.source)
    return rule_checks.check_results(run, step.source)
