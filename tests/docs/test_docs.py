"""The pages tell the truth: their contracts load, queries run, links lead, commands exist."""

from __future__ import annotations

import re
import shlex
import textwrap
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import duckdb
import pytest
import typer.main
from pydantic import BaseModel

from cdp import cli
from cdp.engine.duckdb_tables import create_table
from cdp.errors import ProjectError
from cdp.project import load_project
from cdp.project.settings import ProjectSettings
from cdp.project.source import BirthDate, Source
from cdp.project.values import INSTANT_FORMATS
from cdp.project.vocabulary import (
    CONSENT_CHANNELS,
    GRANTED_WORDS,
    PERSON_FIELDS,
    REFUSED_WORDS,
)
from cdp.tables.published import PUBLISHED

ROOT = Path(__file__).parents[2]
README, FOLDER_PAGE = ROOT / "README.md", ROOT / "docs" / "project-folder.md"
PAGES = (README, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))

FENCE = re.compile(r"^( *)```(\w*)[^\n]*\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
COMMAND = re.compile(r"^\s*(?:\$ )?(?:\w+=\S+ )*(?:\S*/)?cdp (.*)$", re.MULTILINE)


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(page: Path, *languages: str) -> list[str]:
    found = FENCE.findall(text_of(page))
    return [textwrap.dedent(body) for _, language, body in found if language in languages]


def some(found: Iterator[Any]) -> list[Any]:
    """What was found, which must be something: a test of nothing would pass."""
    listed = list(found)
    assert listed
    return listed


def make_project(folder: Path, contracts: list[str]) -> Path:
    """A project of the page's own cdp.yaml and some contracts, each in the file of its source."""
    (settings,) = [b for b in blocks(FOLDER_PAGE, "yaml") if b.startswith("project:")]
    (folder / "cdp.yaml").write_text(settings, encoding="utf-8")
    (folder / "sources").mkdir()
    for contract in contracts:
        name = re.search(r"^source: (\w+)$", contract, re.MULTILINE)
        assert name is not None, contract
        path = folder / "sources" / f"{name[1]}.yaml"
        assert not path.exists(), f"two contracts of {name[1]}"
        path.write_text(contract, encoding="utf-8")
    return folder


@pytest.mark.parametrize("page", [README, FOLDER_PAGE], ids=lambda page: str(page.name))
def test_every_contract_of_a_page_loads(page: Path, tmp_path: Path) -> None:
    contracts = some(b for b in blocks(page, "yaml") if b.startswith("source:"))
    project = load_project(make_project(tmp_path, contracts))
    assert len(project.sources) == len(contracts)


def test_the_fault_report_is_the_one_that_its_contracts_make(tmp_path: Path) -> None:
    broken = some(b for b in blocks(FOLDER_PAGE, "yaml") if b.startswith("# sources/"))
    (shown,) = [b for b in blocks(FOLDER_PAGE, "text") if b.startswith("ProjectError")]
    with pytest.raises(ProjectError) as report:
        load_project(make_project(tmp_path, broken))
    assert shown == f"ProjectError\n{report.value}\n"


def settings_of(model: type[BaseModel], place: str = "") -> Iterator[str]:
    """The dotted path of every key of a settings model."""
    for name, field in model.model_fields.items():
        path = f"{place}{field.alias or name}"
        yield path
        for inner in models_in(field.annotation):
            yield from settings_of(inner, f"{path}.")


def models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models_in(part)


SETTINGS = [
    *settings_of(ProjectSettings),
    *settings_of(Source),
    *settings_of(BirthDate, "person.birth_date."),
    *(f"person.{field}" for field in PERSON_FIELDS),
    *(f"consent.{channel}" for channel in CONSENT_CHANNELS),
]


@pytest.mark.parametrize("setting", sorted(set(SETTINGS)))
def test_every_setting_is_named(setting: str) -> None:
    parent, _, key = setting.rpartition(".")
    # A key of consent stands under its channel; a group of keys may be named by one of them.
    within = rf"{re.escape(parent)}\.(?:\w+\.)?" if parent else ""
    assert re.search(rf"`{within}{key}(?:\.[\w.]+)?`", text_of(FOLDER_PAGE))


@pytest.mark.parametrize("word", sorted({*INSTANT_FORMATS, *GRANTED_WORDS, *REFUSED_WORDS}))
def test_every_word_that_is_understood_is_named(word: str) -> None:
    assert f"`{word}`" in text_of(FOLDER_PAGE)


@pytest.fixture(scope="module")
def snapshot() -> Iterator[duckdb.DuckDBPyConnection]:
    """The published tables, empty."""
    with duckdb.connect() as connection:
        for contract in PUBLISHED:
            table = contract.name.partition(".")[2]
            connection.execute(create_table(replace(contract, name=f"main.{table}")))
        yield connection


@pytest.mark.parametrize("query", some(iter(blocks(ROOT / "docs" / "bi-tools.md", "sql"))))
def test_every_query_runs_on_the_published_tables(
    query: str, snapshot: duckdb.DuckDBPyConnection
) -> None:
    assert snapshot.execute(query).description


def anchors(page: Path) -> set[str]:
    """What GitHub calls the headings of a page."""
    seen: Counter[str] = Counter()
    names = set()
    for heading in HEADING.findall(FENCE.sub("", text_of(page))):
        plain = re.sub(r"[^\w\- ]", "", LINK.sub("", heading).lower()).replace(" ", "-")
        names.add(f"{plain}-{seen[plain]}" if seen[plain] else plain)
        seen[plain] += 1
    return names


def relative_links() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for link in sorted(set(LINK.findall(FENCE.sub("", text_of(page))))):
            if not re.match(r"[a-z]+:", link):
                yield page.relative_to(ROOT).as_posix(), link


@pytest.mark.parametrize(("page", "link"), some(relative_links()))
def test_every_link_leads_somewhere(page: str, link: str) -> None:
    path, _, anchor = link.partition("#")
    target = (ROOT / page).parent / path if path else ROOT / page
    assert target.exists(), path
    assert target.resolve().is_relative_to(ROOT)
    if anchor:
        assert anchor in anchors(target)


def commands() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for block in blocks(page, "console", "sh", "bash"):
            for line in COMMAND.findall(block.replace("\\\n", " ")):
                yield page.name, re.split(r" (?:\||>|&&|;) ", line)[0]


@pytest.mark.parametrize(("page", "line"), some(commands()))
def test_every_command_is_one_that_cdp_knows(page: str, line: str) -> None:
    command: Any = typer.main.get_command(cli.app)
    words = shlex.split(line, comments=True)
    while True:
        # The parser refuses unknown options; it neither converts values nor runs anything.
        context = command.make_context(page, [], resilient_parsing=True)
        context.resilient_parsing = False
        _, words, _ = command.make_parser(context).parse_args(words)
        if not hasattr(command, "commands"):
            break
        assert {*words[:1]} & {*command.commands}, f"no command `cdp {line}`"
        command, words = command.commands[words[0]], words[1:]
    assert not words, f"too many words: {words}"
