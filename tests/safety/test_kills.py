"""Law 3 and 6: a run may die at any moment; the next carries on, and no reader ever sees half."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.safety.killing import Strike, open_arena

pytestmark = pytest.mark.skipif(
    not hasattr(os, "pidfd_open"), reason="runs are forked and killed in the Linux way"
)


def a_crash_loop(points: Sequence[str]) -> list[Strike]:
    """Ten moments, one after the other: five commits, then five around the publication."""
    commits = [n for n, label in enumerate(points, 1) if label == "commit"]
    return [
        Strike(point=commits[0]),
        *(Strike(point=commits[len(commits) * part // 20], is_after=True) for part in (1, 3, 6, 9)),
        Strike(point="mkdir .building"),
        Strike(point="rename .building", is_after=True),
        Strike(point="replace .next"),
        Strike(point="replace .next", is_after=True),
        Strike(point="unlink writer.json"),
    ]


def test_ten_kills_lose_nothing_double_nothing_and_show_nobody_half_a_run(tmp_path: Path) -> None:
    with open_arena(tmp_path) as arena:
        points = arena.prepare()
        arena.strike(1, a_crash_loop(points[1]))
    assert arena.tally.faults == []
    assert len(arena.tally.kills) == 10, arena.tally.kills
    assert arena.tally.polls >= 10
