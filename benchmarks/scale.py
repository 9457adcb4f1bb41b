"""How matching grows: `python -m benchmarks.scale 60000 1000000`.

The demo's generator makes so many touchpoints; this product, generic Splink and exact identifiers
match their people, each in a process of its own. Seconds are of matching alone, from clean records
to clusters; memory is the most that the process ever held, reading and cleaning included.
Candidate recall, the share of the true pairs that matching looked at, is read from the product's
store; the others publish no candidates.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console

from benchmarks.labelled import read_demo, write_demo
from benchmarks.measure import measure
from benchmarks.peers import exact, generic_splink, product
from benchmarks.versions import own_versions
from cdp.explain.render.cells import grid
from cdp.project import load_project
from cdp.store.layout import Layout

RESULTS = Path(__file__).parent / "results" / "scale.json"
COMPETITORS = ("this product", "exact identifiers", "generic Splink")
KIBIBYTES_PER_GB = 1e9 / 1024
out = Console(width=120)
Figures = dict[str, Any]


def main() -> None:
    """Measure every size asked for; print a table, write JSON."""
    chosen = arguments()
    if chosen.child:
        print(json.dumps(CHILDREN[chosen.child](chosen)))
        return
    found = {size: measure_size(size, chosen.seed) for size in chosen.sizes}
    out.print(grid("Matching at scale", HEADER, [row_of(f) for f in _flat(found)], right=7))
    dated = {"date": chosen.date} if chosen.date else {}
    report = dated | {"seed": chosen.seed, "versions": own_versions(), "touchpoints": found}
    chosen.json.parent.mkdir(exist_ok=True)
    chosen.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=[60_000], help="touchpoints")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--date", help="written into the results")
    parser.add_argument("--json", type=Path, default=RESULTS, help="where the results go")
    parser.add_argument("--child", choices=CHILDREN, help=argparse.SUPPRESS)
    parser.add_argument("--root", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def measure_size(size: int, seed: int) -> Figures:
    """Competitor to its figures, at one size."""
    with tempfile.TemporaryDirectory() as folder:
        made = _in_child("generate", Path(folder), size, seed)
        out.print(f"{size:,} touchpoints, {made['records']:,} records of people ...", style="dim")
        return {
            name: {"all_records": made["records"]} | _in_child(name, Path(folder), size, seed)
            for name in COMPETITORS
        }


def _in_child(duty: str, root: Path, size: int, seed: int) -> Figures:
    command = [sys.executable, "-m", "benchmarks.scale", str(size), "--child", duty]
    done = subprocess.run(
        [*command, "--root", str(root), "--seed", str(seed)],
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    found: Figures = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def _generate(chosen: argparse.Namespace) -> Figures:
    write_demo(chosen.root / "project", chosen.sizes[0], chosen.seed)
    people, truth = read_demo(chosen.root / "project")
    people.write_parquet(chosen.root / "people.parquet")
    truth.write_parquet(chosen.root / "truth.parquet")
    return {"records": people.height}


def _match(chosen: argparse.Namespace) -> Figures:
    """Match, note the memory, and only then score."""
    if chosen.child == "this product":
        answer = product.run_project(chosen.root / "project")
    else:
        people = pl.read_parquet(chosen.root / "people.parquet")
        match = exact.match if chosen.child == "exact identifiers" else generic_splink.match
        answer = match(people, chosen.seed)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIBIBYTES_PER_GB
    truth = pl.read_parquet(chosen.root / "truth.parquet")
    found = measure(clusters=answer.clusters, truth=truth, seed=chosen.seed)
    if chosen.child == "this product":
        warehouse = Layout(load_project(chosen.root / "project").store).warehouse
        found["candidate_recall"] = product.candidate_recall(warehouse, truth)
    spent = {"seconds": answer.seconds, "pipeline_seconds": answer.pipeline_seconds}
    return {**found, **spent, "peak_gigabytes": peak}


CHILDREN = {"generate": _generate} | dict.fromkeys(COMPETITORS, _match)
HEADER = ("touchpoints", "records", "competitor", "precision", "recall", "F1", "B-cubed F1",
          "candidate recall", "seconds", "peak GB")  # fmt: skip


def _flat(found: dict[int, Figures]) -> list[Figures]:
    return [
        {"size": size, "name": name} | figures
        for size, competitors in found.items()
        for name, figures in competitors.items()
    ]


def row_of(f: Figures) -> tuple[object, ...]:
    """A line of the table."""
    shares = (f"{f[kind]:.4f}" for kind in ("precision", "recall", "f1", "b_cubed_f1"))
    candidates = f.get("candidate_recall")
    spent = (f"{f['seconds']:.1f}", f"{f['peak_gigabytes']:.2f}")
    told = "" if candidates is None else f"{candidates:.4f}"
    return f["size"], f["all_records"], f["name"], *shares, told, *spent


if __name__ == "__main__":
    main()
