"""What each part of the method is worth: the product without it, on sets whose truth is known.

A part is taken out by replacing a function or a table of `cdp.resolve` while a set is resolved, so
that the product itself needs no switches. Each set is cleaned once. The loss of F1 has an interval:
of 1,000 draws of the people, the same for both, the 2.5th and the 97.5th percentile.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import polars as pl
from rich.console import Console

from benchmarks.labelled import MAPPINGS, LabelledSet, demo_set, folder_set
from benchmarks.peers.product import NOW
from cdp.engine import DuckDBEngine
from cdp.explain.bootstrap import contributions
from cdp.explain.render.cells import grid
from cdp.pipeline import build_steps, open_run
from cdp.project import load_project
from cdp.resolve import (
    ResolveSettings,
    Version,
    begin_training,
    build_identifiers,
    cluster_records,
    clusters,
    estimation,
    features,
    folding,
    holders,
    inferred_names,
    pairs,
    score_pairs,
    scoring,
)
from cdp.resolve.comparison import Comparison
from cdp.resolve.comparisons import COMPARISONS
from cdp.resolve.model import Model
from cdp.tables import CONTRACTS

RESULTS = Path(__file__).parent / "results" / "ablation.json"
DRAWS = 1000
READ = ("clean.records",)
TRAINING = Version("m_0001", is_training=True)
Change = tuple[Any, str, Any]
"""A module, a name in it, and what stands there instead."""
out = Console(width=150)


@dataclass(frozen=True)
class Cleaned:
    """A set as resolving reads it, and record_id to entity."""

    tables: Mapping[str, pl.DataFrame]
    truth: pl.DataFrame


def main() -> None:
    """Resolve every set whole and without each part; print and write what is lost."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ablation", description=__doc__)
    parser.add_argument("--labelled", type=Path, help="folder of labelled sets")
    parser.add_argument("--set", action="append", dest="sets", default=[], help="of that folder")
    parser.add_argument("--part", action="append", dest="parts", choices=PARTS, help="only this")
    parser.add_argument("--demo-size", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", type=Path, default=RESULTS, help="where the results go")
    chosen = parser.parse_args()
    named = [folder_set(chosen.labelled / name) for name in chosen.sets if _is_mapped(name)]
    found: dict[str, dict[str, Any]] = {}
    for labelled in (*named, demo_set(chosen.demo_size, chosen.seed)):
        out.print(f"{labelled.name} ...", style="dim")
        found[labelled.name] = ablate(clean(labelled), chosen.parts or list(PARTS), chosen.seed)
        chosen.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    out.print(
        grid("F1 lost without a part", ("part", *found), list(_rows(found)), right=len(found))
    )


def _is_mapped(name: str) -> bool:
    return (MAPPINGS / f"{name}.yaml").exists()


def clean(labelled: LabelledSet) -> Cleaned:
    """Run a set up to its clean records."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        labelled.write_project(root)
        with open_run(load_project(root), run_id="r1", as_of=NOW, clock=lambda: NOW) as run:
            for step in build_steps(run.project):
                if step.stage in ("ingest", "quality"):
                    step.call(run)
            tables = {name: run.engine.query(f"select * from {name}") for name in READ}
            named = run.engine.query(
                "select source || '/' || source_record_id as record, record_id"
                " from clean.records where is_current union"
                " select source || '/' || source_touchpoint_id, record_id"
                " from clean.touchpoints where record_id is not null"
            )
    judged = labelled.truth.join(named, on="record").select("record_id", "entity")
    return Cleaned(tables, judged.unique("record_id", keep="none").sort("record_id"))


def ablate(cleaned: Cleaned, parts: Sequence[str], seed: int) -> dict[str, Any]:
    """F1 whole, and per part what is lost without it, with the interval."""
    whole = resolve(cleaned, seed)
    figures: dict[str, Any] = {"whole": _f1(whole.sum().row(0)), "lost": {}}
    for part in parts:
        with without(PARTS[part]()):
            bare = resolve(cleaned, seed)
        figures["lost"][part] = lost = _lost(whole, bare, seed)
        out.print(f"  {part}: {lost['f1']:+.4f} ({lost['low']:+.4f} to {lost['high']:+.4f})")
    return figures


@contextmanager
def without(changes: Sequence[Change]) -> Iterator[None]:
    """The product with other functions or tables in some places."""
    with ExitStack() as stack:
        for module, name, other in changes:
            stack.enter_context(mock.patch.object(module, name, other))
        yield


def resolve(cleaned: Cleaned, seed: int) -> pl.DataFrame:
    """Match and cluster; right, said and true pairs per person, sorted by person."""
    settings = ResolveSettings()
    with closing(DuckDBEngine()) as engine:
        for name, rows in cleaned.tables.items():
            engine.store_frame(CONTRACTS[name], rows, append=False)
        with without([(pairs, "score_homes", _no_homes)]):
            begin_training(engine, TRAINING, settings=settings, as_of=NOW)
            build_identifiers(engine, settings=settings, version=TRAINING)
            score_pairs(engine, settings=settings, version=TRAINING, seed=seed)
        cluster_records(engine, settings=settings)
        found = engine.query("select * from identity.clusters")
    judged = cleaned.truth.join(found, on="record_id").select(
        "entity", "cluster", record="record_id"
    )
    return contributions(judged).sort("entity").select("right", "said", "true")


def _lost(whole: pl.DataFrame, bare: pl.DataFrame, seed: int) -> dict[str, float]:
    chance, people = np.random.default_rng(seed), whole.height
    both = np.hstack((whole.to_numpy(), bare.to_numpy()))
    drawn = np.empty(DRAWS)
    for draw in range(DRAWS):
        times = np.bincount(chance.integers(people, size=people), minlength=people)
        sums = times @ both
        drawn[draw] = _f1(sums[:3]) - _f1(sums[3:])
    low, high = np.quantile(drawn, (0.025, 0.975))
    f1 = _f1(bare.sum().row(0))
    lost = _f1(whole.sum().row(0)) - f1
    return {"f1": lost, "low": float(low), "high": float(high), "without": f1}


def _f1(sums: Sequence[float]) -> float:
    right, said, true = sums
    return float(2.0 * right / (said + true)) if said + true else 1.0


def _trained(change: Callable[[Model], Model]) -> list[Change]:
    """The model as it was learned, changed before anything is weighed."""
    train = scoring.train

    def other(*args: Any, **named: Any) -> Model:
        return change(train(*args, **named))

    return [(pairs, "train", other)]


def _compared(change: Callable[[Comparison], Comparison | None]) -> list[Change]:
    """Other comparisons; the bound over candidates knows the shipped ones only, so it is off."""
    changed = tuple(c for c in map(change, COMPARISONS) if c is not None)

    def everybody(*_args: Any, candidates: str, **_named: Any) -> str:
        return candidates

    return [
        (pairs, "comparisons_of", lambda _attributes: changed),
        (scoring, "keep_likely", everybody),
    ]


def _without_levels(*names: str) -> list[Change]:
    def change(comparison: Comparison) -> Comparison:
        kept = tuple(level for level in comparison.levels if level.name not in names)
        return replace(comparison, levels=kept)

    return _compared(change)


def _no_terms(comparison: Comparison) -> Comparison:
    levels = tuple(replace(level, is_term=False) for level in comparison.levels)
    return replace(comparison, levels=levels, term=None)


def _no_rivals(_scratch: Any, weighed: pl.DataFrame, *_args: Any, **_named: Any) -> pl.DataFrame:
    return weighed.with_columns(rivals_bits=pl.lit(0.0))


def _no_homes(*_args: Any, **_named: Any) -> pl.DataFrame:
    """Households are weighed apart and change nobody's customer: no time is spent on them."""
    return pl.DataFrame(CONTRACTS["identity.household_pairs"].schema.empty_table())


def _one_name(name: str) -> tuple[str, ...]:
    return (name,)


def _no_household(model: Model) -> Model:
    return replace(model, household_share=np.full_like(model.household_share, 1e-30))


def _one_prior(model: Model) -> Model:
    return replace(
        model,
        match_share=np.full_like(model.match_share, model.match_total),
        household_share=np.full_like(model.household_share, model.household_total),
    )


def _no_learning(model: Model, *_args: Any) -> Model:
    return model


PARTS: Mapping[str, Callable[[], list[Change]]] = {
    "household as a third kind of pair": lambda: _trained(_no_household),
    "rivals": lambda: [(pairs, "weigh_rivals", _no_rivals)],
    "shares learned from the records": lambda: [
        (estimation, "_with_matches_and_households", _no_learning)
    ],
    "a prior per two sources": lambda: _trained(_one_prior),
    "term frequencies": lambda: _compared(_no_terms),
    "levels of similar values": lambda: _without_levels("similar", "alike", "two slips"),
    "swapped names": lambda: _without_levels("swapped with surname", "the other's surname"),
    "initials": lambda: _without_levels("initial"),
    "short forms of names": lambda: [
        (module, "name_forms", _one_name) for module in (folding, holders, inferred_names)
    ],
    "names from mailboxes and handles": lambda: [
        (features, "known_names", lambda _names: inferred_names.NameDictionary())
    ],
    "middle names": lambda: _compared(lambda c: None if c.name == "middle_name" else c),
    "units of addresses": lambda: _compared(lambda c: None if c.name == "unit" else c),
    "guards instead of connected components": lambda: [
        (clusters, "guard", lambda groups, *_args, **_named: groups)
    ],
}
"""Name to the changes that take a part out."""


def _rows(found: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, ...]]:
    yield "whole", *(f"{figures['whole']:.4f}" for figures in found.values())
    for part in next(iter(found.values()))["lost"]:
        lost = (figures["lost"][part] for figures in found.values())
        yield part, *(f"{f['f1']:+.4f} ({f['low']:+.4f} to {f['high']:+.4f})" for f in lost)


if __name__ == "__main__":
    main()
