"""Shows on a terminal how a run goes on."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Column

from cdp.pipeline import Step, StepReport


class SilentObserver:
    """Hears everything and says nothing: for machines."""

    def __enter__(self) -> Self:
        """Nothing to open."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing to close."""

    def step_started(self, step: Step) -> None:
        """A step begins."""

    def step_ended(self, step: Step, report: StepReport) -> None:
        """A step is done."""

    def rows_read(self, rows: int) -> None:
        """So many more rows were read."""


class ConsoleObserver(SilentObserver):
    """A line per step with its time; the steps that had nothing to do leave none."""

    def __init__(self, console: Console) -> None:
        """Write to a console."""
        self._progress = Progress(
            SpinnerColumn(finished_text="[green]✓[/]"),
            TextColumn("{task.description}", table_column=Column(no_wrap=True, min_width=24)),
            TextColumn("[dim]{task.fields[note]}[/]"),
            TimeElapsedColumn(),
            console=console,
        )
        self._task: TaskID | None = None
        self._rows = 0

    def __enter__(self) -> Self:
        """Start to draw."""
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop drawing; what is drawn stays."""
        self._progress.stop()

    def step_started(self, step: Step) -> None:
        """A step begins."""
        self._rows = 0
        self._task = self._progress.add_task(step.name.replace("_", " "), total=1, note=step.stage)

    def rows_read(self, rows: int) -> None:
        """So many more rows were read."""
        self._rows += rows
        if self._task is not None:
            self._progress.update(self._task, note=f"{self._rows:,} rows")

    def step_ended(self, step: Step, report: StepReport) -> None:
        """A step is done."""
        if self._task is None:
            return
        if report.did_work:
            figures = ", ".join(
                f"{figure.replace('_', ' ')} {value:,}"
                for figure, value in report.figures.items()
                if value
            )
            name = step.name.replace("_", " ")
            self._progress.update(self._task, description=name, completed=1, note=figures)
        else:
            self._progress.remove_task(self._task)
