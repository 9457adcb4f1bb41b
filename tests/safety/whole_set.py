"""`make kill-test`: every commit point and many random moments, before readers who look on.

``python -m tests.safety.whole_set [--random 50] [--seed 1] [--batch 1] [--scratch-step 8]``; it
prints a line per fault and the figures at the end, and exits with 1 when there was a fault. It
takes about ten seconds a kill.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.safety.killing import Arena, Strike, open_arena

_SCRATCH = ("work.", "__splink", "DROP TABLE", "CREATE TABLE", "copy", "insert")
_STAYS = ("commit", "close", "rename", "replace", "symlink", "unlink", "rmdir", "mkdir")


def strikes_of(points: list[str], *, is_first: bool, scratch_step: int) -> Iterator[Strike]:
    """Before and after every point at which something comes to stay.

    A statement outside of a transaction is struck after it: before it is after the point before.
    Of scratch, which no later run may trust (tables of the model's work, the files of a snapshot
    that is not whole), every ``scratch_step``-th is struck. What makes a table unless it is there
    is struck in the first batch only, where it is not.
    """
    scratch, is_building = 0, False
    for number, label in enumerate(points, 1):
        is_building = (is_building or label.startswith("attach")) and label != "detach snapshot"
        if is_building or any(word in label for word in _SCRATCH):
            scratch += 1
            if scratch % scratch_step:
                continue
        elif label.startswith(_STAYS):
            yield Strike(point=number)
        elif "if not exists" in label and not is_first:
            continue
        yield Strike(point=number, is_after=True)


def strike_all(arena: Arena, options: argparse.Namespace) -> None:
    """The random moments, a batch each in turn; then every point of the batches asked for."""
    started = time.monotonic()
    points = arena.prepare()
    seconds = (time.monotonic() - started) / len(points)
    dice = random.Random(options.seed)
    for number in range(options.random):
        moment = Strike(seconds=dice.uniform(0, seconds))
        _strike(arena, number % len(points), moment, options.random)
    batches = [options.batch - 1] if options.batch else range(len(points))
    for batch in batches:
        strikes = list(
            strikes_of(points[batch], is_first=not batch, scratch_step=options.scratch_step)
        )
        for strike in strikes:
            _strike(arena, batch, strike, len(strikes))


def _strike(arena: Arena, batch: int, strike: Strike, of: int) -> None:
    before = len(arena.tally.faults)
    arena.strike(batch, [strike])
    for fault in arena.tally.faults[before:]:
        sys.stdout.write(f"FAULT {fault}\n")
    sys.stderr.write(f"{len(arena.tally.kills)} kills, batch {batch + 1}, {of} in this round\n")


def main() -> int:
    """The figures, and 1 when a reader or a comparison found a fault."""
    parser = argparse.ArgumentParser(prog="make kill-test")
    parser.add_argument("--random", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--batch", type=int)
    parser.add_argument("--scratch-step", type=int, default=8)
    options = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, open_arena(Path(folder)) as arena:
        try:
            strike_all(arena, options)
        except KeyboardInterrupt:
            sys.stdout.write("stopped before the end\n")
    tally = arena.tally
    at_points = sum(" s on, past " not in kill for kill in tally.kills)
    sys.stdout.write(
        f"kills: {len(tally.kills)}, {at_points} of them at commit points and"
        f" {len(tally.kills) - at_points} at random moments; the run ended first:"
        f" {tally.finished_first}\n"
        f"states compared: {tally.compared_states}, {tally.compared_tables} tables\n"
        f"polls by readers: {tally.polls}\n"
        f"faults: {len(tally.faults)}\n"
        f"seconds: {time.monotonic() - started:.0f}\n"
    )
    return bool(tally.faults)


if __name__ == "__main__":
    sys.exit(main())
