"""Who is compared: this product, exact identifiers, Splink as its docs teach, GoldenMatch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from benchmarks.labelled import LabelledSet


@dataclass(frozen=True)
class Answer:
    """What a competitor says of a set.

    Attributes:
        clusters: record, cluster; one row per record.
        seconds: Of matching alone: from clean records to clusters.
        note: The mode or the columns that it took, if it had a choice.
        pipeline_seconds: Of a whole run from files to the published snapshot, if there is one.
    """

    clusters: pl.DataFrame
    seconds: float
    note: str = ""
    pipeline_seconds: float | None = None


@dataclass(frozen=True)
class Environment:
    """What a competitor may need beside the set: a seed, and the peers' virtual environment."""

    seed: int
    peers: Path

    @property
    def python(self) -> Path:
        """The peers' interpreter."""
        return self.peers / "bin" / "python"


class NotRunError(Exception):
    """A competitor that could not be run here, and why."""


Competitor = Callable[[LabelledSet, Environment], Answer]
