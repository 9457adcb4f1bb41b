"""What a step of the pipeline is: what it reads and writes, and the one call that does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from cdp.pipeline.run import Run, StepReport
from cdp.project import Source

Stage = Literal["ingest", "quality", "resolve", "profiles", "publish"]


@dataclass(frozen=True)
class Step:
    """One step. ``reads`` and ``writes`` are tables; those of one source carry its name."""

    name: str
    stage: Stage
    description: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    call: Callable[[Run], StepReport]
    source: Source | None = None
