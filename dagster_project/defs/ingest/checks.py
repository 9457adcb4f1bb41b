"""Whether every file of a source could be read."""

import dagster as dg

from cdp.pipeline import Run
from cdp.project import Source
from dagster_project.defs.figures import table_of

READABLE = "files_are_readable"


def check_specs(source: Source) -> list[dg.AssetCheckSpec]:
    """One check on what the source landed; it stops nothing."""
    return [
        dg.AssetCheckSpec(
            READABLE,
            asset=["raw", source.name],
            description=f"Files of {', '.join(source.path)} can be opened, unpacked and read.",
        )
    ]


def check_results(run: Run, source: Source) -> list[dg.AssetCheckResult]:
    """Files that cannot be read, until one of the same name that can takes their place."""
    latest = run.engine.query(_LATEST_OF_EACH_NAME, {"source": source.name})
    unreadable = latest.filter(status="unreadable").select("source_file", "reason")
    shown = {"deliveries": table_of(unreadable)} if unreadable.height else {}
    return [
        dg.AssetCheckResult(
            asset_key=["raw", source.name],
            check_name=READABLE,
            passed=not unreadable.height,
            severity=dg.AssetCheckSeverity.ERROR,
            description=f"{unreadable.height} of {latest.height} files cannot be read",
            metadata={
                "files_failed": unreadable.height,
                "files_checked": latest.height,
                **shown,
            },
        )
    ]


_LATEST_OF_EACH_NAME = """
select source_file, status, reason
from ops.deliveries
where source = $source
qualify row_number() over (
    partition by source_file order by landed_at desc, delivered_at desc, delivery_id
) = 1
order by source_file
"""
