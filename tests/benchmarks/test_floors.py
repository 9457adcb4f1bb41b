"""The product finds people no worse than it did: two sets that need nothing but this repository.

A change that finds more raises `benchmarks/floors.json`; one that falls below explains itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.labelled import LabelledSet, demo_set, febrl_set
from benchmarks.measure import measure
from benchmarks.peers import Environment, product

HERE = Path(__file__).parent
FLOORS = json.loads((HERE.parents[1] / "benchmarks" / "floors.json").read_text(encoding="utf-8"))
SETS: dict[str, Callable[[], LabelledSet]] = {
    "febrl1": lambda: febrl_set("febrl1", HERE / "febrl1.csv.gz"),
    "demo_2000": lambda: demo_set(2_000, 7),
}


@pytest.mark.parametrize("name", SETS)
def test_the_shipped_default_stays_above_its_floor(name: str) -> None:
    labelled = SETS[name]()
    answer = product.run(labelled, Environment(7, Path()))
    found = measure(clusters=answer.clusters, truth=labelled.truth, seed=7)
    assert found["f1"] >= FLOORS[name], (
        f"{name}: F1 {found['f1']:.4f}, precision {found['precision']:.4f},"
        f" recall {found['recall']:.4f}"
    )
