"""What a new file costs beside the store that it comes to: `python -m benchmarks.delta`.

The demo is loaded at two sizes, without some of its touchpoints; these then come as new files, of
people known and of people new. Asked is that the same new touchpoints cost hardly more in a store
ten times larger, and little beside its load. Each run is a process of its own, start-up included.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.labelled import write_demo
from benchmarks.versions import own_versions
from cdp.explain.render.cells import grid
from cdp.pipeline import build_steps, open_run
from cdp.project import load_project

RESULTS = Path(__file__).parent / "results" / "delta.json"
EVENTS = {"web": 0.55, "newsletter_activity": 0.2, "chat": 0.13, "shop": 0.12}
"""Sources whose events are kept back, and their share of them."""
LAST_DAY = datetime(2026, 6, 30)
Figures = dict[str, Any]
out = Console(width=120)


def main() -> None:
    """Load each size, add new files, print a table, write JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.delta", description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=[100_000, 1_000_000])
    parser.add_argument("--new", type=int, nargs="*", default=[10_000, 100], help="touchpoints")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--date", help="written into the results")
    parser.add_argument("--json", type=Path, default=RESULTS, help="where the results go")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--day", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        print(json.dumps(run_once(chosen.child, chosen.day)))
        return
    found = {size: measure_size(size, chosen.new, chosen.seed) for size in chosen.sizes}
    out.print(grid("What new files cost", HEADER, list(_rows(found)), right=4))
    dated = {"date": chosen.date} if chosen.date else {}
    report = dated | {"seed": chosen.seed, "versions": own_versions(), "touchpoints": found}
    chosen.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def measure_size(size: int, new: list[int], seed: int) -> Figures:
    """Seconds and seconds per step: of the load, and of each addition after it."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_demo(root, size + sum(new), seed)
        dice = random.Random(seed)
        kept_back = [keep_back(root, count, dice) for count in new]
        out.print(f"{size:,} touchpoints ...", style="dim")
        figures: Figures = {"load": _in_child(root, 0)}
        for day, (count, lines) in enumerate(zip(new, kept_back, strict=True), 1):
            deliver(root, lines, day)
            figures[f"{count} more"] = _in_child(root, day)
    return figures


def keep_back(root: Path, count: int, dice: random.Random) -> dict[str, list[str]]:
    """Take so many rows out of the newest files of events: source to header and rows."""
    taken = {}
    for source, share in EVENTS.items():
        path = max((root / "inbox" / source).iterdir())
        lines = _read(path)
        head = lines[:1] if path.suffix == ".csv" else []
        # A line with half a quotation is part of a longer row.
        whole = [n for n in range(len(head), len(lines)) if lines[n].count('"') % 2 == 0]
        chosen = set(dice.sample(whole, min(len(whole), max(1, round(count * share)))))
        taken[source] = [*head, *(lines[n] for n in sorted(chosen))]
        _write(path, [line for n, line in enumerate(lines) if n not in chosen])
    return taken


def deliver(root: Path, lines: dict[str, list[str]], day: int) -> None:
    """Put rows into new files of a later day."""
    stamp = f"{LAST_DAY + timedelta(days=day):%Y%m%d}"
    for source, rows in lines.items():
        newest = max((root / "inbox" / source).iterdir())
        _write(newest.with_name(f"{source}_{stamp}{''.join(newest.suffixes)}"), rows)


def _read(path: Path) -> list[str]:
    packed = path.read_bytes()
    text = gzip.decompress(packed) if path.suffix == ".gz" else packed
    return text.decode("utf-8").splitlines(keepends=True)


def _write(path: Path, lines: list[str]) -> None:
    text = "".join(lines).encode("utf-8")
    path.write_bytes(gzip.compress(text, mtime=0) if path.suffix == ".gz" else text)


def _in_child(root: Path, day: int) -> Figures:
    # A new file comes long after the last run: what that one wrote is on disk by then.
    os.sync()
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.delta", "--child", str(root), "--day", str(day)],
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    found: Figures = json.loads(done.stdout.strip().splitlines()[-1])
    return {"seconds": round(time.perf_counter() - started, 2), "steps": found}


def run_once(root: Path, day: int) -> dict[str, float]:
    """One run; seconds by step, those of all sources together."""
    project = load_project(root)
    as_of = LAST_DAY + timedelta(days=1 + day)
    seconds: dict[str, float] = {}
    with open_run(project, run_id=f"r{day}", as_of=as_of, clock=lambda: as_of) as run:
        for step in build_steps(project):
            started = time.perf_counter()
            step.call(run)
            name = step.name.partition("_")[0] if step.source else step.name
            seconds[name] = round(seconds.get(name, 0.0) + time.perf_counter() - started, 2)
    return seconds


HEADER = ("touchpoints", "run", "seconds", "share of the load", "most of it")


def _rows(found: dict[int, Figures]) -> Iterator[tuple[object, ...]]:
    for size, runs in found.items():
        load = runs["load"]["seconds"]
        for name, figures in runs.items():
            longest = sorted(figures["steps"].items(), key=lambda step: -step[1])[:5]
            told = ", ".join(f"{step} {seconds:.1f}" for step, seconds in longest)
            share = f"{100 * figures['seconds'] / load:.1f} %"
            yield size, name, f"{figures['seconds']:.1f}", share, told


if __name__ == "__main__":
    main()
