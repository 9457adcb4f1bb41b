"""Walk the steps of a run and say what became of every row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Protocol

import polars as pl
import sqlglot

from cdp.explain.stewards.ruled import notices_of
from cdp.ingest import find_files
from cdp.pipeline.run import Run, StepReport
from cdp.pipeline.step import Step
from cdp.pipeline.steps import build_steps
from cdp.project import Project
from cdp.resolve.rulings import rulings_on
from cdp.store.attention import attention_query
from cdp.store.freshness import LATEST, late_sources


class Observer(Protocol):
    """Hears how a run goes on."""

    def step_started(self, step: Step) -> None:
        """A step begins."""

    def step_ended(self, step: Step, report: StepReport) -> None:
        """A step is done."""


@dataclass(frozen=True)
class Outcome:
    """The end of a run: its status, its balanced account, and what it published.

    ``account`` has one row per source: rows read and their dispositions over all deliveries;
    ``attention`` one row per delivery that this run left held or unreadable, or accepted without
    columns that its contract names, with the next step; ``ruling_notices`` what a run must not keep
    silent about rulings: contradictions, records that are not there, lines that broke off;
    ``source_notices`` the sources of which no file is there, or none for longer than is expected;
    ``rows_open`` the rows that are rejected and wait to be mended.
    """

    run_id: str
    status: str
    account: pl.DataFrame
    attention: pl.DataFrame
    figures: Mapping[str, object]
    ruling_notices: tuple[str, ...] = ()
    source_notices: tuple[str, ...] = ()
    rows_open: int = 0

    def as_dict(self) -> dict[str, object]:
        """Everything, for machines."""
        return {
            "run_id": self.run_id,
            "status": self.status,
            "account": self.account.to_dicts(),
            "attention": self.attention.to_dicts(),
            "ruling_notices": list(self.ruling_notices),
            "source_notices": list(self.source_notices),
            "rows_open": self.rows_open,
            "figures": dict(self.figures),
        }


def walk(run: Run, observer: Observer) -> Outcome:
    """Do every step of a run in its order.

    Raises:
        Exception: A step failed; the ledger says so, and the published snapshot stands.
    """
    with entered_as_failed(run):
        for step in build_steps(run.project):
            observer.step_started(step)
            observer.step_ended(step, step.call(run))
    return outcome_of(run)


@contextmanager
def entered_as_failed(run: Run) -> Iterator[None]:
    """Have the ledger say that a run failed when something below raises."""
    try:
        yield
    except Exception:
        # A store that broke cannot take the entry; the failure itself is what counts.
        with suppress(Exception):
            run.finish("failed")
        raise


def rehearse(run: Run, observer: Observer) -> Outcome:
    """Land and clean as `walk` would, then take everything back.

    Resolution is left out: it reads committed tables, and nothing here is to be committed.
    """
    try:
        with run.engine.transaction():
            for step in build_steps(run.project):
                if step.stage in ("ingest", "quality"):
                    observer.step_started(step)
                    observer.step_ended(step, step.call(run))
            raise _RehearsalDone(outcome_of(run, status="rehearsed"))
    except _RehearsalDone as done:
        run.finish("rehearsed")
        return done.outcome


class _RehearsalDone(Exception):  # noqa: N818 - it is no error
    """Ends a rehearsal's transaction; it carries the outcome out of what is taken back."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


def outcome_of(run: Run, *, status: str | None = None) -> Outcome:
    """The account of a run as the ledger has it now."""
    entry = run.engine.query(
        "select * from ops.runs where run_id = $run_id", {"run_id": run.run_id}
    )
    figures = entry.row(0, named=True)
    attention = run.engine.query(
        attention_query(deliveries="ops.deliveries", checks="ops.checks"), {"run_id": run.run_id}
    )
    return Outcome(
        run.run_id,
        status or str(figures["status"]),
        run.ledger.account(),
        attention,
        figures,
        tuple(_ruling_notices(run)),
        (*_source_notices(run.project), *_late_sources(run)),
        _rows_open(run),
    )


def _rows_open(run: Run) -> int:
    if not run.engine.exists("clean.quarantine"):
        return 0
    found = run.engine.query(
        "select distinct delivery_id, source_row from clean.quarantine where replay_state = 'open'"
    )
    return found.height


def _source_notices(project: Project) -> Iterator[str]:
    """A misspelt path must not pass for a source that has nothing new."""
    for source in project.sources:
        if not find_files(project, source):
            yield f"no file matches {', '.join(source.path)} of source {source.name}"


def _late_sources(run: Run) -> list[str]:
    latest = run.engine.query(LATEST.format(deliveries="ops.deliveries"))
    return late_sources(latest, run.project.sources, now=run.as_of)


_KEY = sqlglot.parse_one("source || ':' || source_record_id", read="duckdb")


def _ruling_notices(run: Run) -> list[str]:
    """Of the folded records, which a rehearsal has, too: it gets no further."""
    said = run.rulings.frame()
    records = run.engine.rows_of("clean.records", _KEY, pl.concat([said["left"], said["right"]]))
    there = records.filter("is_current")
    return notices_of(rulings_on(there, said), there, run.rulings)
