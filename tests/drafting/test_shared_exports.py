"""Every export of the labelled set: a preset, or identifiers and times as a person finds them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cdp.drafting import infer
from tests.docs.pages import ROOT
from tests.drafting.drafts import identifiers, loaded, project

EXPORTS = next(
    (up / "shared" / "exports" for up in ROOT.parents if (up / "shared" / "exports").is_dir()),
    ROOT / "no exports here",
)
KINDS = ("key", "time", "email", "phone", "device", "whose")
FLOOR, FLOOR_ALONE = 0.99, 0.95
"""Least mean score over the files: with presets, and by columns alone."""


def expected() -> list[tuple[str, str, dict[str, list[frozenset[str]]]]]:
    """File, its preset (empty without one), and the right answers for each kind."""
    lines = (Path(__file__).parent / "expected.txt").read_text(encoding="utf-8").splitlines()
    found = []
    for line in lines:
        if line.strip() and not line.startswith("# "):
            file, preset, *cells = (cell.strip() for cell in line.split(" |"))
            answers = {kind: _answers(cell) for kind, cell in zip(KINDS, cells, strict=True)}
            found.append((file, preset, answers))
    return found


def _answers(cell: str) -> list[frozenset[str]]:
    answers = [] if cell == "*" else cell.split("/")
    return [frozenset(filter(None, one.split("+"))) for one in answers]


def score(found: dict[str, frozenset[str]], answers: dict[str, list[frozenset[str]]]) -> float:
    """The share of the kinds that are there, by the file or by the draft, and are right."""
    asked = {k: a for k, a in answers.items() if a and (found[k] or a != [frozenset()])}
    right = sum(found[kind] in asked[kind] for kind in asked)
    return right / len(asked) if asked else 1.0


@pytest.mark.skipif(not EXPORTS.is_dir(), reason="the labelled exports are not there")
def test_every_export_is_recognised_or_drafted_right(tmp_path: Path) -> None:
    root = project(tmp_path)
    both, alone = [], []
    for file, preset, answers in expected():
        draft = infer(EXPORTS / file, root=root, name="one")
        loaded(root, draft)
        by_columns = infer(EXPORTS / file, root=root, name="one", known=())
        loaded(root, by_columns)
        alone.append(score(identifiers(by_columns), answers))
        both.append(float(draft.preset == preset) if preset or draft.preset else alone[-1])
        wrong = [
            f"{kind}: {'+'.join(sorted(one)) or '-'}"
            for kind, one in identifiers(by_columns).items()
            if answers[kind] and one not in answers[kind]
        ]
        scores = f"{draft.preset or '-':30} {both[-1]:.2f} {alone[-1]:.2f}"
        sys.stdout.write(f"{file:60} {scores} {'; '.join(wrong)}\n")
    means = sum(both) / len(both), sum(alone) / len(alone)
    sys.stdout.write(f"{len(both)} files: {means[0]:.3f}, by columns alone {means[1]:.3f}\n")
    assert means[0] >= FLOOR
    assert means[1] >= FLOOR_ALONE
    listed = {path.relative_to(EXPORTS).as_posix() for path in EXPORTS.rglob("*.*")}
    assert {f for f in listed if not f.endswith(".md")} == {file for file, *_ in expected()}
