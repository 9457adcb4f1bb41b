"""Splink 5 as its tutorial teaches it, with no look at the truth and no tuning for a set.

Comparisons from its library for the columns at hand; u by random sampling; the prior from exact
rules with a recall of 0.7; m by expectation maximisation on two rules; links at a probability of
0.95 and above; connected components.
"""

from __future__ import annotations

import logging
import time
from typing import Any, Final

import polars as pl

from benchmarks.labelled import LabelledSet
from benchmarks.peers import Answer, Environment, NotRunError
from benchmarks.peers.components import components
from benchmarks.people import first_values

LEAST_SHARE: Final = 0.02
"""A column that fewer records fill is not at hand: nothing could be learnt of it."""
BLOCKS: Final = (
    ("email",), ("phone",), ("birth_date",), ("given_name", "surname"),
    ("given_name", "postcode"), ("surname", "postcode"),
    ("given_name", "city"), ("surname", "city"),
)  # fmt: skip
SURE: Final = (
    ("email",), ("given_name", "surname", "birth_date"), ("phone", "given_name"),
)  # fmt: skip
TRAINING: Final = (("given_name", "surname"), ("email",), ("birth_date",), ("postcode",))


def run(labelled: LabelledSet, environment: Environment) -> Answer:
    """Train, predict, cluster."""
    return match(labelled.people, environment.seed)


def match(people: pl.DataFrame, seed: int, *, probability: float = 0.95) -> Answer:
    """Match a table of people."""
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on  # noqa: PLC0415

    logging.disable(logging.WARNING)  # Splink tells every step
    started = time.perf_counter()
    table = first_values(people).with_row_index("unique_id")
    present = {kind for kind in comparisons() if table[kind].count() >= LEAST_SHARE * table.height}

    def rules(choice: tuple[tuple[str, ...], ...]) -> list[Any]:
        return [block_on(*columns) for columns in choice if present.issuperset(columns)]

    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[made for kind, made in comparisons().items() if kind in present],
        blocking_rules_to_generate_predictions=rules(BLOCKS),
    )
    compared = table.select("unique_id", *sorted(present))
    linker = Linker(DuckDBAPI().register(compared.to_arrow()), settings)
    training = linker.training
    try:
        training.estimate_probability_two_random_records_match(rules(SURE), recall=0.7)
        training.estimate_u_using_random_sampling(max_pairs=2e6, seed=seed)
        for rule in rules(TRAINING)[:2]:
            training.estimate_parameters_using_expectation_maximisation(rule, max_pairs=1e6)
        scored = linker.inference.predict(threshold_match_probability=probability)
    except Exception as fault:  # whatever a peer raises, the others still have their turn
        raise NotRunError(f"{type(fault).__name__} in training") from fault
    pairs = scored.as_duckdbpyrelation().select("unique_id_l", "unique_id_r").pl()
    labels = components(pairs["unique_id_l"], pairs["unique_id_r"], size=people.height)
    clusters = people.select("record", cluster=pl.Series(labels))
    return Answer(clusters, time.perf_counter() - started, ", ".join(sorted(present)))


def comparisons() -> dict[str, Any]:
    """The usual comparison of each column."""
    import splink.comparison_library as cl  # noqa: PLC0415

    return {
        "given_name": cl.NameComparison("given_name"),
        "surname": cl.NameComparison("surname"),
        "birth_date": cl.DateOfBirthComparison("birth_date", input_is_string=True),
        "email": cl.EmailComparison("email"),
        "phone": cl.LevenshteinAtThresholds("phone", 1),
        "street": cl.LevenshteinAtThresholds("street", [1, 3]),
        "city": cl.ExactMatch("city").configure(term_frequency_adjustments=True),
        "postcode": cl.ExactMatch("postcode"),
    }
