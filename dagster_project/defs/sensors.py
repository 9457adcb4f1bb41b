"""Runs for files that have arrived whole.

A run lands every file that lies in an inbox, so none is asked for while a new file still grows:
half a file would become a delivery of its own. None is asked for while a run goes on, either: the
files that came meanwhile wait for the next tick after it and share one run.

The sensor is off until somebody turns it on; with the daily schedule off it is the only caller.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg
import polars as pl

from cdp.ingest import find_files
from cdp.project import Project
from cdp.store.layout import Layout
from dagster_project.defs.jobs import CDP_RUN
from dagster_project.home import fail_dead_runs, is_run_going_on

SECONDS_BETWEEN_TICKS = 30

State = tuple[int, int]
"""Size and modification time (ns) of a file; seen alike by two ticks, it has stopped growing."""


def build_sensor(project: Project) -> dg.SensorDefinition:
    """A sensor that asks for one run per tick for the files that have stopped growing."""

    @dg.sensor(
        name="arrived_files",
        job=CDP_RUN,
        minimum_interval_seconds=SECONDS_BETWEEN_TICKS,
        description="A run once new files in the inboxes have stopped growing.",
    )
    def arrived_files(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        fail_dead_runs(context.instance, project)
        if is_run_going_on(context.instance):
            return dg.SkipReason("a run is going on")
        return judge(Memory.parse(context.cursor), seen_files(project), landed_files(project))

    return arrived_files


@dataclass(frozen=True)
class Memory:
    """What the sensor keeps from tick to tick: files as last seen, and as last asked for."""

    seen: Mapping[str, State] = field(default_factory=dict)
    asked: Mapping[str, State] = field(default_factory=dict)

    @classmethod
    def parse(cls, cursor: str | None) -> "Memory":
        """The memory of a cursor; an empty one where there is none."""
        if not cursor:
            return cls()
        kept = json.loads(cursor)
        return cls(_as_states(kept["seen"]), _as_states(kept["asked"]))

    def cursor(self) -> str:
        """The memory as JSON."""
        return json.dumps({"seen": self.seen, "asked": self.asked})


def judge(
    memory: Memory, seen: Mapping[str, State], landed: frozenset[tuple[str, int]]
) -> dg.SensorResult:
    """One run request for all new files, or the reason why there is none.

    A file is new when no run was asked for it as it is now, and no delivery of its name and size
    is published. A file rewritten in the same size is the daily run's to find.
    """
    changed = {name: state for name, state in seen.items() if memory.asked.get(name) != state}
    new = {
        name: state
        for name, state in changed.items()
        if name in memory.asked or (name, state[0]) not in landed
    }
    growing = [name for name, state in new.items() if memory.seen.get(name) != state]
    asked = {name: state for name, state in memory.asked.items() if name in seen}
    if growing or not new:
        reason = f"{len(growing)} files may still grow" if growing else "no new files"
        return dg.SensorResult(skip_reason=reason, cursor=Memory(seen, asked).cursor())
    return dg.SensorResult(
        run_requests=[dg.RunRequest(run_key=_fingerprint(new), tags={"new_files": str(len(new))})],
        cursor=Memory(seen, asked | new).cursor(),
    )


def seen_files(project: Project) -> dict[str, State]:
    """Every file of every source by its path inside the project; missing folders hold none."""
    paths = {path for source in project.sources for path in find_files(project, source)}
    return dict(sorted(_states(project.root, paths)))


def landed_files(project: Project) -> frozenset[tuple[str, int]]:
    """Path and size of every published delivery; none before the first publication."""
    deliveries = Layout(project.store).current / "deliveries.parquet"
    if not deliveries.exists():
        return frozenset()
    return frozenset(pl.read_parquet(deliveries, columns=["source_file", "size_bytes"]).iter_rows())


def _as_states(kept: Mapping[str, Sequence[int]]) -> dict[str, State]:
    return {name: (size, changed) for name, (size, changed) in kept.items()}


def _states(root: Path, paths: set[Path]) -> Iterator[tuple[str, State]]:
    for path in paths:
        try:
            status = path.stat()
        except FileNotFoundError:
            continue  # taken away since it was listed
        yield path.relative_to(root).as_posix(), (status.st_size, status.st_mtime_ns)


def _fingerprint(files: Mapping[str, State]) -> str:
    return hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()[:16]
