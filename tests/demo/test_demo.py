"""`make demo` prints what the README shows, and its three commands work as printed."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.thorough import thorough
from tools.readme import copy_demo, run_demo

ROOT = Path(__file__).parents[2]
RUN = re.compile(r"^Run \S+")
TIMES = re.compile(r"\d+\.\d s")


def ran(*words: str) -> str:
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def lines(text: str, project: str) -> list[str]:
    """What is printed, without times, trailing blanks and the folder it was printed for."""
    told = TIMES.sub("? s", text.replace(project, "data"))
    return [line.rstrip() for line in told.strip().splitlines()]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A demo project of its own, and what running it printed."""
    project = tmp_path_factory.mktemp("demo") / "project"
    copy_demo(project)
    return project, run_demo(project)


def test_the_demo_prints_what_the_readme_shows(demo: tuple[Path, str]) -> None:
    project, printed = demo
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = readme.partition("```text\n")[2].partition("```")[0]
    assert lines(printed, str(project)) == lines(shown, "data")[1:]


def test_the_customer_shown_is_one_person_in_truth_and_comes_from_many_sources(
    demo: tuple[Path, str],
) -> None:
    project, printed = demo
    found = re.search(r"before and after \((c_\w+)\)", printed)
    assert found is not None
    with (project / "truth" / "truth.csv").open(encoding="utf-8", newline="") as rows:
        person = {(row["source"], row["key"]): row["person_id"] for row in csv.DictReader(rows)}
    published = project / "warehouse" / "published" / "current" / "profiles.duckdb"
    with duckdb.connect(str(published), read_only=True) as connection:
        records = connection.execute(
            """
            select r.record_id, r.source, coalesce(t.source_touchpoint_id, r.source_record_id)
            from members as m
            join records as r on m.record_id = r.record_id and r.is_current
            left join timeline as t on r.record_id = t.record_id and r.is_inline
            where m.customer_id = ? and m.valid_to is null
            """,
            [found[1]],
        ).fetchall()
    assert len({person[source, key] for _, source, key in records}) == 1
    assert len({source for _, source, _ in records}) >= 4


def test_the_picture_shows_the_figures_of_the_demo() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    picture = readme.partition("```mermaid\n")[2].partition("```")[0]
    printed = readme.partition("```text\n")[2].partition("```")[0]
    found = re.search(r"Customers: ([\d,]+) identified, ([\d,]+) anonymous", printed)
    assert found is not None
    customers = sum(int(figure.replace(",", "")) for figure in found.groups())
    figures = set(re.findall(r"\d+,\d{3}", picture))
    assert f"{customers:,}" in figures
    assert figures - {f"{customers:,}"} <= set(re.findall(r"\d+,\d{3}", printed))


def test_the_three_commands_to_try_next_work(demo: tuple[Path, str]) -> None:
    project, printed = demo
    commands = [line.split() for line in printed.splitlines() if "bin/cdp" in line]
    assert len(commands) == 3
    for _, *words in commands:
        told = ran("-m", "cdp", *words)
        assert str(project) in told or "Golden record" in told


def test_evaluate_says_of_the_demo_what_its_page_shows(demo: tuple[Path, str]) -> None:
    project, _ = demo
    truth = str(project / "truth" / "truth.csv")
    told = ran("-m", "cdp", "evaluate", "--labels", truth, "--project", str(project))
    page = (ROOT / "docs" / "evaluate.md").read_text(encoding="utf-8")
    shown = page.partition("```text\n")[2].partition("```")[0]
    printed = lines(RUN.sub("Run r1", told), str(project))
    wanted = lines(RUN.sub("Run r1", shown), "data")
    # How the first lines are broken hangs on the length of the run's id.
    one, other = (" ".join(" ".join(text).split()) for text in (printed, wanted))
    assert one.startswith(other)


def test_the_households_of_the_demo_are_nearly_all_true(demo: tuple[Path, str]) -> None:
    project, _ = demo
    printed = ran("-m", "data.households", "--project", str(project))
    found = re.search(r"precision (\d\.\d+), recall (\d\.\d+)", printed)
    assert found is not None
    precision, recall = map(float, found.groups())
    assert precision >= 0.97
    assert recall >= 0.22


@thorough
def test_the_demo_again_publishes_nothing_and_says_the_same(demo: tuple[Path, str]) -> None:
    project, printed = demo
    published = project / "warehouse" / "published"
    before = sorted(path.name for path in published.iterdir())
    again = ran("-m", "data.demo", "--project", str(project))
    assert lines(again, str(project)) == lines(printed, str(project))[1:]
    assert sorted(path.name for path in published.iterdir()) == before
