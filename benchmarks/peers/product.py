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


def candidate_recall(warehouse: Path, truth: pl.DataFrame) -> float | None:
    """Share of the true pairs that matching looked at; null when truth holds no pair.

    A pair is looked at when its two share a block that the model allows, or a declared key. Two of
    the truth that intake had already made one record (events that state the very same person)
    count too: nothing can lose them any more.

    Args:
        warehouse: The working database of a project that has run.
        truth: record, entity; one row per record.
    """
    with closing(duckdb.connect(str(warehouse), read_only=True)) as connection:
        connection.register("truth", truth.to_arrow())
        pairs, looked_at = connection.execute(_CANDIDATE_RECALL).fetchall()[0]
    return looked_at / pairs if pairs else None


_CANDIDATE_RECALL = """
with known as (
    select source || '/' || source_record_id as record, record_id from identity.records
    union all
    select source || '/' || source_touchpoint_id, record_id from clean.touchpoints
    where record_id is not null
),

placed as (
    -- A record that the store does not know is alone with itself.
    select t.record, t.entity, coalesce(min(k.record_id), -row_number() over ()) as record_id
    from truth as t
    left join known as k on t.record = k.record
    group by t.record, t.entity
),

pairs as (
    select
        least(l.record_id, r.record_id) as record_l,
        greatest(l.record_id, r.record_id) as record_r,
        count(*) as pairs
    from placed as l
    join placed as r on l.entity = r.entity and l.record < r.record
    group by record_l, record_r
),

together as (
    select distinct p.record_l, p.record_r
    from pairs as p
    join identity.block_keys as l on p.record_l = l.record_id
    join identity.block_keys as r on p.record_r = r.record_id and l.block = r.block
    union
    select record_l, record_r from identity.declared_pairs
)

select
    coalesce(sum(p.pairs), 0),
    coalesce(sum(p.pairs) filter (p.record_l = p.record_r or t.record_l is not null), 0)
from pairs as p
left join together as t on p.record_l = t.record_l and p.record_r = t.record_r
"""
