"""The one job: every asset, in one process."""

import dagster as dg

CDP_RUN = dg.define_asset_job(
    "cdp_run",
    selection=dg.AssetSelection.all(),
    description="Every step, as `cdp run` walks them: files in, one published snapshot out.",
    executor_def=dg.in_process_executor,
)
