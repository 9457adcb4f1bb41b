"""This product with its shipped default: a set as a project, through the whole pipeline."""

from __future__ import annotations

import tempfile
import time
from contextlib import closing
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl

from benchmarks.labelled import LabelledSet
from benchmarks.peers import Answer, Environment
from cdp.pipeline import Step, StepReport, open_run, walk
from cdp.progress import SilentObserver
from cdp.project import load_project

NOW = datetime(2026, 6, 30, 23, 59, 59)


class Stopwatch(SilentObserver):
    """Counts the seconds of the steps that resolve."""

    def __init__(self) -> None:
        """Nothing has run."""
        self.seconds = 0.0
        self._started = 0.0

    def step_started(self, _step: Step) -> None:
        """The clock starts."""
        self._started = time.perf_counter()

    def step_ended(self, step: Step, _report: StepReport) -> None:
        """The clock stops."""
        if step.stage == "resolve":
            self.seconds += time.perf_counter() - self._started


def run(labelled: LabelledSet, _environment: Environment) -> Answer:
    """Write the set as a project, run it, read what was published."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        labelled.write_project(root)
        return run_project(root)


def run_project(root: Path) -> Answer:
    """Run a project folder that holds its deliveries."""
    # Loaded first, so that no seconds are of imports.
    import great_expectations.expectations  # noqa: F401, PLC0415
    import splink  # noqa: F401, PLC0415

    watch, started = Stopwatch(), time.perf_counter()
    with open_run(load_project(root), run_id="r1", as_of=NOW, clock=lambda: NOW) as work:
        walk(work, watch)
    return Answer(customers_of(root), watch.seconds, pipeline_seconds=time.perf_counter() - started)


def customers_of(root: Path) -> pl.DataFrame:
    """record, cluster: what the published snapshot says of each record that has a customer.

    A person inside an event goes by the event's key.
    """
    snapshot = root / "warehouse" / "published" / "current" / "profiles.duckdb"
    with closing(duckdb.connect(str(snapshot), read_only=True)) as connection:
        found: pl.DataFrame = connection.sql(
            """
            select source || '/' || key as record, max(customer_id) as cluster
            from (
                select source, source_record_id as key, customer_id from source_records
                union all
                select source, source_touchpoint_id, customer_id from timeline
            )
            where customer_id is not null
            group by record order by record
            """
        ).pl()
        return found
