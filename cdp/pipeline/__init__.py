"""The pipeline: a run, its steps, and the walk over them."""

from __future__ import annotations

from cdp.pipeline.checking import check_project
from cdp.pipeline.preview import preview
from cdp.pipeline.replaying import replay_files, replayable
from cdp.pipeline.run import Run, StepReport, open_run
from cdp.pipeline.step import Step
from cdp.pipeline.steps import build_steps
from cdp.pipeline.walk import Observer, Outcome, outcome_of, rehearse, walk

__all__ = [
    "Observer",
    "Outcome",
    "Run",
    "Step",
    "StepReport",
    "build_steps",
    "check_project",
    "open_run",
    "outcome_of",
    "preview",
    "rehearse",
    "replay_files",
    "replayable",
    "walk",
]
