"""Kill a run, let the next one carry on, look at what readers saw and what came of it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Self

from tests.laws.world import Company
from tests.safety.company import BATCHES, Rows, as_of, deliver, differences, runs_of, state_of

READERS = 3
KILLED = -9


@dataclass(frozen=True)
class Strike:
    """Where a run dies: before or after a point, or some seconds after its first write.

    A point is told by its number, from 1, or by how its label begins.
    """

    point: int | str | None = None
    is_after: bool = False
    seconds: float | None = None

    def as_order(self) -> dict[str, object]:
        """The words in which `tests.safety.struck` takes it."""
        if self.seconds is not None:
            return {"seconds": self.seconds}
        return {"point": self.point, "is_after": self.is_after}


@dataclass
class Tally:
    """What the kills came to."""

    kills: list[str] = field(default_factory=list)
    finished_first: int = 0
    compared_tables: int = 0
    compared_states: int = 0
    polls: int = 0
    faults: list[str] = field(default_factory=list)


class Peer:
    """A process that answers one line with one line."""

    def __init__(self, module: str) -> None:
        """Start it."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", module],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_fault: object) -> None:
        """End it: it ends with its input."""
        self._process.communicate()

    def ask(self, line: str) -> str:
        """Send a line, wait for the answer."""
        said, heard = self._pipes
        said.write(f"{line}\n")
        said.flush()
        return heard.readline()

    @property
    def _pipes(self) -> tuple[IO[str], IO[str]]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        return self._process.stdin, self._process.stdout


class Arena:
    """A folder in which stores are struck: the undisturbed ones, and those of each kill."""

    def __init__(self, folder: Path, runner: Peer, readers: Sequence[Peer]) -> None:
        """Nothing is run yet."""
        self.folder, self.tally = folder, Tally()
        self._runner, self._readers = runner, readers
        self._watched: Path | None = None
        self._states: dict[int, Rows] = {}
        self._count = 0

    def prepare(self) -> list[list[str]]:
        """Make the undisturbed stores, batch by batch; the points of each batch, in order."""
        points = []
        for batch in range(len(BATCHES)):
            root = self._copy_of(batch)
            deliver(root, batch)
            assert self.run(root, batch, f"r{batch}0") == 0
            root.rename(self._undisturbed(batch))
            self._states[batch] = state_of(self._undisturbed(batch))
            points.append(self._trace.read_text(encoding="utf-8").splitlines())
        return points

    def strike(self, batch: int, strikes: Sequence[Strike]) -> None:
        """Kill the run of a batch, and the run after it, once per strike; then let one carry on."""
        root = self._copy_of(batch)
        self._watch(root)
        deliver(root, batch)
        for number, strike in enumerate(strikes):
            status = self.run(root, batch, f"r{batch}{number}", strike)
            where = self._trace.read_text(encoding="utf-8").splitlines()
            if status == KILLED:
                moment = (
                    "" if strike.seconds is None else f"killed {strike.seconds:.2f} s on, past "
                )
                self.tally.kills.append(f"batch {batch + 1}: {moment}{where[-1]}")
            elif status == 0:
                self.tally.finished_first += 1
            else:
                self._fault(root, batch, f"the run after {number} kills failed")
        if self.run(root, batch, f"r{batch}9"):
            self._fault(root, batch, "the run that should carry on failed")
        else:
            self._compare(root, batch)
        self._watch(None)
        shutil.rmtree(root)

    def run(self, root: Path, batch: int, run_id: str, strike: Strike | None = None) -> int:
        """One run in a process of its own; its exit code, negative when it was killed."""
        order = {
            "root": str(root),
            "run_id": run_id,
            "as_of": as_of(batch).isoformat(),
            "trace": str(self._trace),
        }
        answer = self._runner.ask(json.dumps(order | (strike.as_order() if strike else {})))
        return int(answer)

    def _compare(self, root: Path, batch: int) -> None:
        found = state_of(root)
        self.tally.compared_states += 1
        self.tally.compared_tables += len(found)
        for difference in differences(self._states[batch], found):
            self._fault(root, batch, difference)
        unfinished = [run for run, status in runs_of(root) if status == "running"]
        if unfinished:
            self._fault(root, batch, f"{len(unfinished)} dead runs are entered as running")
        building = [
            p.name for p in (root / "warehouse" / "published").iterdir() if p.name[0] == "."
        ]
        if building:
            self._fault(root, batch, f"left behind: {', '.join(building)}")

    def _fault(self, root: Path, batch: int, what: str) -> None:
        last = self.tally.kills[-1] if self.tally.kills else "no kill"
        self.tally.faults.append(f"{last}: batch {batch + 1} in {root.name}: {what}")

    def _watch(self, root: Path | None) -> None:
        """Send the readers to a store, and take in what they saw of the former one."""
        for reader in self._readers:
            told = json.loads(reader.ask(str(root or self.folder / "nowhere")))
            self.tally.polls += told["polls"]
            self.tally.faults += [f"a reader of {self._watched}: {what}" for what in told["faults"]]
            if told["seen"] != sorted(told["seen"]):
                self.tally.faults.append(f"a reader saw runs go back: {told['seen']}")
        self._watched = root

    def _copy_of(self, batch: int) -> Path:
        """A store as the batch finds it: that of the batch before, or none."""
        self._count += 1
        root = self.folder / f"store{self._count}"
        if batch:
            shutil.copytree(self._undisturbed(batch - 1), root, symlinks=True)
        else:
            Company(root)
        return root

    def _undisturbed(self, batch: int) -> Path:
        return self.folder / f"undisturbed{batch}"

    @property
    def _trace(self) -> Path:
        return self.folder / "trace"


@contextmanager
def open_arena(folder: Path) -> Iterator[Arena]:
    """The runner and the readers, ended with the block."""
    with Peer("tests.safety.struck") as runner:
        readers = [Peer("tests.safety.reader") for _ in range(READERS)]
        try:
            yield Arena(folder, runner, readers)
        finally:
            for reader in readers:
                reader.__exit__()
