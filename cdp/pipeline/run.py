"""One run: its project, engine, clock and seed; the store held while it lasts."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from importlib.metadata import version as release

from cdp.engine import DuckDBEngine, Engine
from cdp.errors import ConfigError
from cdp.ingest import unheard
from cdp.pipeline.resolving import resolve_settings
from cdp.project import Project, project_fingerprint
from cdp.resolve import ResolveSettings, Version, kept_model, version_in_use
from cdp.store.disk import disk_faults
from cdp.store.layout import Layout
from cdp.store.ledger import Ledger
from cdp.store.lock import writer_lock
from cdp.store.rulings import Rulings, read_rulings
from cdp.store.touched import Onward, Records, Touched


@dataclass(frozen=True)
class StepReport:
    """What a step did: nothing, because nothing changed, or so many rows."""

    did_work: bool
    figures: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """One run: its settings, its engine, its own clock and seed."""

    project: Project
    engine: Engine
    layout: Layout
    run_id: str
    as_of: datetime
    clock: Callable[[], datetime]
    rulings: Rulings
    seed: int = 20_261_123
    is_full: bool = False
    accept_jump: bool = False
    on_rows: Callable[[int], None] = unheard

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger of the store."""
        return Ledger(self.engine)

    @cached_property
    def touched(self) -> Touched:
        """What each step has yet to look at."""
        return Touched(self.engine)

    @cached_property
    def resolving(self) -> ResolveSettings:
        """The settings of resolving."""
        return resolve_settings(self.project)

    @cached_property
    def version(self) -> Version:
        """The version of the model in use: settled when the run begins."""
        return version_in_use(self.engine, settings=self.resolving)

    @property
    def made_under(self) -> str:
        """Fingerprint of what every row hangs on: another one makes each step look at all."""
        return f"{project_fingerprint(self.project)} {release('cdp')} {self.version.model_id}"

    @property
    def inputs(self) -> str:
        """Fingerprint of all that the results hang on."""
        settings = [project_fingerprint(self.project), self.rulings.fingerprint]
        settings.append(kept_model(self.engine))
        return self.ledger.inputs("|".join(filter(None, settings)))

    @property
    def has_work(self) -> bool:
        """Whether anything changed since the last publication, or all is to be made anew."""
        if self.is_full:
            return True
        last = self.ledger.last_run(["published"])
        if last is None or self.layout.current_run() != last["run_id"]:
            return True
        return last["inputs"] != self.inputs

    def finish(
        self, status: str, figures: Mapping[str, int | float | str | None] | None = None
    ) -> None:
        """Enter the run's end in the ledger, at the time that its clock shows."""
        self.ledger.finish_run(
            self.run_id, status=status, finished_at=self.clock(), figures=figures or {}
        )


def when_changed(*counted: str) -> Callable[[Callable[[Run], None]], Callable[[Run], StepReport]]:
    """A step that does its work only when the run has some, and counts the tables it made."""

    def decorate(work: Callable[[Run], None]) -> Callable[[Run], StepReport]:
        def call(run: Run) -> StepReport:
            if not run.has_work:
                return StepReport(did_work=False)
            work(run)
            rows = {table.partition(".")[2]: run.engine.count(table) for table in counted}
            return StepReport(did_work=True, figures=rows)

        return call

    return decorate


def for_touched(
    *counted: str,
) -> Callable[[Callable[[Run, Records], Onward]], Callable[[Run], StepReport]]:
    """A step that looks again at what was touched, in one transaction, and counts its tables.

    The work is given the records that wait for the step, null for all there are; it tells which
    records the steps after it must look at. A kill leaves all of it done or none.
    """

    def decorate(work: Callable[[Run, Records], Onward]) -> Callable[[Run], StepReport]:
        name = work.__name__.removeprefix("_")

        def call(run: Run) -> StepReport:
            if not run.has_work:
                return StepReport(did_work=False)
            with run.engine.transaction():
                records = None if run.is_full else run.touched.waiting(name, run.made_under)
                if records is None or len(records):
                    for step, onward in work(run, records).items():
                        run.touched.enter(step, onward)
                run.touched.settle(name, run.made_under)
            rows = {table.partition(".")[2]: run.engine.count(table) for table in counted}
            return StepReport(did_work=records is None or len(records) > 0, figures=rows)

        return call

    return decorate


@contextmanager
def open_run(
    project: Project,
    *,
    run_id: str,
    as_of: datetime,
    clock: Callable[[], datetime],
    is_full: bool = False,
    accept_jump: bool = False,
    wait_seconds: float = 0,
    on_rows: Callable[[int], None] = unheard,
) -> Iterator[Run]:
    """Hold the store's lock and its engine for one run, and enter the run in the ledger.

    ``as_of`` is the instant at which all results stand. ``clock`` tells the ledger when the run
    begins and ends, UTC; no result hangs on it. Rulings of stewards are read once, here: one that
    is said later waits for the next run.

    Raises:
        ConfigError: ``as_of`` is before that of the published run.
        ProjectError: The log of rulings has lines that are none.
        StoreLockedError: Another run holds the store.
        StoreFullError: The disk is full; what was published stands.
        NotPermittedError: The store may not be written to.
    """
    layout, started_at = Layout(project.store), clock()
    with (
        _patient_collector(),
        disk_faults(project.store),
        writer_lock(layout, run_id=run_id, started_at=started_at, wait_seconds=wait_seconds),
    ):
        engine = DuckDBEngine(layout.warehouse)
        try:
            run = Run(project, engine, layout, run_id, as_of, clock, read_rulings(project.root),
                      is_full=is_full, accept_jump=accept_jump, on_rows=on_rows)  # fmt: skip
            _refuse_backward_clock(run)
            run.ledger.start_run(
                run_id, started_at=started_at, as_of=as_of, settings=project_fingerprint(project)
            )
            yield run
        finally:
            engine.close()


@contextmanager
def _patient_collector() -> Iterator[None]:
    """Have Python look for garbage cycles a thirtieth as often.

    Great Expectations and Splink leave a million objects that live as long as the process; to look
    through them over and over took half a second of a short run. Rows are no such objects.
    """
    usual = gc.get_threshold()
    gc.set_threshold(20_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _refuse_backward_clock(run: Run) -> None:
    """Before anything is judged by a clock that the store has left behind."""
    last = run.ledger.last_run(["published"])
    if last is not None and isinstance(last["as_of"], datetime) and run.as_of < last["as_of"]:
        raise ConfigError(
            what=f"as_of {run.as_of:%Y-%m-%d %H:%M:%S} is before that of the published run,"
            f" {last['as_of']:%Y-%m-%d %H:%M:%S}",
            where=run.layout.store.name,
            next_step="give a later --as-of; history is never written backwards",
        )
