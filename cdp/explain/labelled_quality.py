"""How good the matching is by the word of known people, beside what it promises of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import polars as pl

from cdp.explain.bootstrap import Interval, bootstrap
from cdp.explain.calibration import calibrate, read_labelled_links, told_and_true
from cdp.explain.estimate import read_estimate
from cdp.explain.evaluation import Evaluation, evaluate
from cdp.explain.judged import Coverage, judge_records
from cdp.explain.judging import Pair, lay_side_by_side
from cdp.explain.mistakes import (
    MISSED_KINDS,
    WRONG_KINDS,
    account_of_mistakes,
    read_missed_joins,
    read_wrong_joins,
)
from cdp.explain.quality import expected_of
from cdp.explain.snapshot import Snapshot

SIDES = {"wrong": WRONG_KINDS, "missed": MISSED_KINDS}
"""People wrongly joined and people left in pieces, with the kinds of each."""


@dataclass(frozen=True)
class Promise:
    """What match weights promise beside what labels say; shares 0 to 1, null: none to judge.

    ``precision`` is promised of all accepted links, ``of_labelled`` of the ``links`` among them
    whose records both have labels; ``true_of_labelled`` is the share of these that are right.
    ``pair_precision`` and ``pair_recall`` are promised of all pairs of records, counted over whole
    customers; ``true_pair_precision`` and ``true_pair_recall`` are those of the labelled records.
    """

    links: int
    precision: float | None
    of_labelled: float | None
    true_of_labelled: float | None
    pair_precision: float | None
    true_pair_precision: float
    pair_recall: float | None
    true_pair_recall: float


@dataclass(frozen=True)
class LabelledQuality:
    """The published snapshot by the word of labels; values are masked unless ``with_values``.

    ``intervals``: figure to its 95 % interval. ``promise`` and ``calibration`` (status, band,
    pairs, told, true): whether the weights may be trusted. ``mistakes``: wrong and missed joins
    by kind: mistake, detail, joins, record_pairs, share. ``examples``: wrong and missed to kind to
    pairs of records, the clearest first.
    """

    run_id: str
    coverage: Coverage
    figures: Evaluation
    intervals: Mapping[str, Interval]
    promise: Promise
    calibration: pl.DataFrame
    mistakes: Mapping[str, pl.DataFrame]
    examples: Mapping[str, Mapping[str, tuple[Pair, ...]]]
    with_values: bool

    def as_dict(self) -> dict[str, object]:
        """Everything, for machines."""
        return {
            "run_id": self.run_id,
            "coverage": self.coverage.as_dict(),
            "figures": self.figures.as_dict(),
            "intervals": {name: list(ends) for name, ends in self.intervals.items()},
            "promise": asdict(self.promise),
            "calibration": self.calibration.to_dicts(),
            "mistakes": {side: found.to_dicts() for side, found in self.mistakes.items()},
            "examples": {
                side: {kind: [pair.as_dict() for pair in pairs] for kind, pairs in kinds.items()}
                for side, kinds in self.examples.items()
            },
            "with_values": self.with_values,
        }


def evaluate_snapshot(
    snapshot: Snapshot,
    labels: pl.DataFrame,
    *,
    seed: int = 1,
    most_examples: int = 3,
    with_values: bool = False,
) -> LabelledQuality:
    """Judge the published customers by labels.

    Args:
        snapshot: What is judged.
        labels: source, key, entity, as `read_labels` makes them.
        seed: Of the intervals.
        most_examples: Pairs to show of each kind of mistake.
        with_values: Personal values whole instead of masked.

    Raises:
        ContractError: No label means a published record.
    """
    judged, coverage = judge_records(snapshot, labels)
    figures = evaluate(
        predicted=judged.select("record", "cluster"), truth=judged.select("record", "entity")
    )
    links = read_labelled_links(snapshot, judged)
    found = {
        "wrong": read_wrong_joins(snapshot, judged),
        "missed": read_missed_joins(snapshot, judged),
    }
    return LabelledQuality(
        run_id=snapshot.run_id,
        coverage=coverage,
        figures=figures,
        intervals=_intervals(judged, figures, seed),
        promise=_promise(snapshot, links, figures),
        calibration=calibrate(links),
        mistakes={side: account_of_mistakes(mistakes) for side, mistakes in found.items()},
        examples={
            side: _examples(snapshot, mistakes, most_examples, with_values=with_values)
            for side, mistakes in found.items()
        },
        with_values=with_values,
    )


def _intervals(judged: pl.DataFrame, figures: Evaluation, seed: int) -> Mapping[str, Interval]:
    """As `bootstrap`; where no wrong merge was seen, up to three may be missed (rule of three)."""
    intervals = dict(bootstrap(judged, seed=seed))
    if not figures.wrong_clusters:
        intervals["wrong_merges_per_10k"] = (0.0, 10_000 * min(3 / figures.clusters, 1.0))
    return intervals


def _promise(snapshot: Snapshot, links: pl.DataFrame, figures: Evaluation) -> Promise:
    expected, estimate = expected_of(snapshot), read_estimate(snapshot)
    count, told, true = told_and_true(links)
    return Promise(
        links=count,
        precision=expected.precision,
        of_labelled=told,
        true_of_labelled=true,
        pair_precision=estimate.precision,
        true_pair_precision=figures.pairwise_precision,
        pair_recall=estimate.recall,
        true_pair_recall=figures.pairwise_recall,
    )


def _examples(
    snapshot: Snapshot, mistakes: pl.DataFrame, most: int, *, with_values: bool
) -> Mapping[str, tuple[Pair, ...]]:
    """Of each kind those that put most records wrong; ties go to the smaller records."""
    shown = mistakes.sort(
        "record_pairs", "record_l", "record_r", descending=[True, False, False]
    )  # fmt: skip
    kinds = account_of_mistakes(mistakes)["mistake"].unique(maintain_order=True)
    return {
        kind: lay_side_by_side(
            snapshot, shown.filter(mistake=kind).head(most), with_values=with_values
        )
        for kind in kinds
    }
