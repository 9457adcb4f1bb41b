"""Rules over the repository: leaks, compiled requirements, allowances, the command itself."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools.lint import leaks, locks
from tools.lint.__main__ import committed, findings
from tools.lint.finding import Finding, judged

FOLDER = "/" + "home/somebody/x"  # in two parts, or the rule would find itself
HOST = "--" + "index-url https://packages.example.com"
PYPROJECT = """
[project]
dependencies = ["duckdb>=2.0,<3"]
[project.optional-dependencies]
orchestration = ["dagster>=1.13"]
[dependency-groups]
dev = ["PyTest"]
"""
BASE = "dagster==1.13.27  # via cdp\nduckdb==2.0.0 ; sys_platform != 'win32'\n"
BROKEN = Finding("cdp/x.py", 3, "clock", "reads the clock")


def lock_faults(root: Path, base: str, dev: str) -> list[str]:
    (root / "requirements").mkdir()
    (root / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    (root / "requirements/base.txt").write_text(base, encoding="utf-8")
    (root / "requirements/dev.txt").write_text(dev, encoding="utf-8")
    return [finding.message for finding in locks.check(root)]


@pytest.mark.parametrize("text", [f"see {FOLDER}", f'"{FOLDER}"', HOST])
def test_paths_of_a_machine_and_hosts_of_registries_are_found(text: str) -> None:
    (finding,) = leaks.check("docs/x.md", f"first line\n{text}\n")
    assert finding.line == 2


def test_a_page_called_home_in_an_export_is_no_leak() -> None:
    assert list(leaks.check("data/x.jsonl", f'{{"page": "{FOLDER}"}}')) == []
    assert list(leaks.check("docs/x.md", "https://example.com/home/x and ~/home/x")) == []


def test_a_lock_file_that_names_hosts_is_found() -> None:
    assert len(list(leaks.check("uv.lock", ""))) == 1


def test_lists_that_pin_every_dependency_pass(tmp_path: Path) -> None:
    assert lock_faults(tmp_path, BASE, BASE + "pytest==9.2.0\n") == []


def test_a_dependency_that_nobody_compiled_is_found(tmp_path: Path) -> None:
    assert lock_faults(tmp_path, BASE, BASE) == ["PyTest is not pinned; run `make lock`"]


def test_a_pin_outside_its_range_is_found(tmp_path: Path) -> None:
    base = BASE.replace("2.0.0", "1.5.0")
    (fault, again) = lock_faults(tmp_path, base, base + "pytest==9.2.0\n")
    assert fault == again == "duckdb 1.5.0 is outside <3,>=2.0; run `make lock`"


def test_two_lists_that_disagree_are_found(tmp_path: Path) -> None:
    dev = BASE.replace("2.0.0", "2.0.1") + "pytest==9.2.0\n"
    (fault,) = lock_faults(tmp_path, BASE, dev)
    assert fault.startswith("duckdb is 2.0.1 here and 2.0.0 in")


@pytest.mark.parametrize("line", ["pandas", "pandas>=3", "-r other.txt", "./wheels/x.whl", HOST])
def test_a_line_that_is_no_plain_pin_is_found(tmp_path: Path, line: str) -> None:
    (fault,) = lock_faults(tmp_path, f"{BASE}{line}\n", BASE + "pytest==9.2.0\n")
    assert fault.startswith("not a plain `name==version`")


def test_a_broken_rule_with_a_reason_is_allowed() -> None:
    assert judged("cdp/x.py", "# lint: allow clock because it stamps the log", [BROKEN]) == []


def test_an_allowance_without_a_reason_allows_nothing() -> None:
    rules = [f.rule for f in judged("cdp/x.py", "# lint: allow clock", [BROKEN])]
    assert rules == ["allow", "clock"]


def test_an_allowance_of_another_rule_allows_nothing_and_is_idle() -> None:
    text = "-- lint: allow epoch because seconds are whole"
    rules = [f.rule for f in judged("cdp/x.sql", text, [BROKEN])]
    assert sorted(rules) == ["allow", "clock"]


def test_all_rules_read_the_files_that_git_would_commit(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / "cdp/profiles").mkdir(parents=True)
    (tmp_path / ".gitignore").write_text("warehouse/\n", encoding="utf-8")
    (tmp_path / "warehouse").mkdir()
    (tmp_path / "warehouse/x.py").write_text("data = 1\n", encoding="utf-8")
    (tmp_path / "cdp/image.png").write_bytes(b"\x89PNG\xff")
    source = f"import random\nimport splink\ndata = random.random()\nplace = '{FOLDER}'\n"
    (tmp_path / "cdp/profiles/x.py").write_text(source, encoding="utf-8")
    (tmp_path / "cdp/profiles/x.sql").write_text("select 1", encoding="utf-8")

    paths = committed(tmp_path)
    rules = [finding.rule for finding in findings(tmp_path, paths)]

    assert paths == [".gitignore", "cdp/image.png", "cdp/profiles/x.py", "cdp/profiles/x.sql"]
    assert sorted(rules) == [
        "banned-name",
        "chance",
        "machine-path",
        "slow-import",
        "sql-contract",
    ]
