"""What docs/why.md shows is what the starter project answers, but for numbers, dates and breaks."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cdp import cli
from tests.docs.pages import ROOT, some, text_of

PAGE = ROOT / "docs" / "why.md"
SHOWN = re.compile(
    r"^\$ \.venv/bin/cdp ([^\n]*)$\n```\n\n```text\n(.*?)^```$", re.MULTILINE | re.DOTALL
)


def words(text: str) -> list[str]:
    """The letters alone: figures move with the model, and breaks with the figures."""
    return sorted(re.findall(r"[a-z]+", text.lower()))


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("why")
    for command in (["init", f"{folder}/acme"], ["run", "--project", f"{folder}/acme"]):
        assert CliRunner().invoke(cli.app, command).exit_code == 0
    return folder


def test_every_answer_of_the_page_is_the_one_given(
    starter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(starter)
    monkeypatch.setenv("COLUMNS", "80")
    for line, shown in some(SHOWN.findall(text_of(PAGE))):
        answered = CliRunner().invoke(cli.app, shlex.split(line))
        assert answered.exit_code == 0, line
        assert words(answered.output) == words(shown), line


def test_a_chart_is_written_and_named(starter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(starter)
    asked = ["why", "contacts:C-101", "orders:O-3", "--chart", "why.html", "--project", "acme"]
    answered = CliRunner().invoke(cli.app, asked)
    assert answered.exit_code == 0
    assert "why.html" in answered.output
    assert "Okafor" not in (starter / "why.html").read_text(encoding="utf-8")
    CliRunner().invoke(cli.app, [*asked, "--with-values"])
    assert "Okafor" in (starter / "why.html").read_text(encoding="utf-8")
