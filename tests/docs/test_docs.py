"""The pages tell the truth: their contracts load, queries run, links lead, commands exist."""

from __future__ import annotations

import re
import shlex
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
from cdp.pipeline.resolving import resolve_settings
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
from tests.docs.pages import (
    BI_PAGE,
    FOLDER_PAGE,
    GLOSSARY,
    PAGES,
    PRESETS_PAGE,
    README,
    ROOT,
    blocks,
    prose_of,
    some,
    text_of,
)

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
COMMAND = re.compile(r"^\s*(?:\$ )?(?:\w+=\S+ )*(?:\S*/)?cdp (.*)$", re.MULTILINE)


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


@pytest.mark.parametrize(
    "page", [README, FOLDER_PAGE, PRESETS_PAGE], ids=lambda page: str(page.name)
)
def test_every_contract_of_a_page_loads(page: Path, tmp_path: Path) -> None:
    contracts = some(b for b in blocks(page, "yaml") if b.startswith("source:"))
    project = load_project(make_project(tmp_path, contracts))
    assert len(project.sources) == len(contracts)


def test_the_rules_of_the_page_load_beside_its_contracts(tmp_path: Path) -> None:
    contracts = some(b for b in blocks(FOLDER_PAGE, "yaml") if b.startswith("source:"))
    rules = some(b for b in blocks(FOLDER_PAGE, "yaml") if b.startswith("resolve:"))
    folder = make_project(tmp_path, contracts)
    with (folder / "cdp.yaml").open("a", encoding="utf-8") as settings:
        settings.write("\n".join([rules[0], *(r.removeprefix("resolve:\n") for r in rules[1:])]))
    read = resolve_settings(load_project(folder))
    assert read.block["phone"] == ("+12125550100",)
    assert set(read.compare) >= {"tax_id", "points"}


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


def make_tables(connection: duckdb.DuckDBPyConnection) -> None:
    for contract in PUBLISHED:
        table = contract.name.partition(".")[2]
        connection.execute(create_table(replace(contract, name=f"main.{table}")))


@pytest.fixture(scope="module")
def snapshot() -> Iterator[duckdb.DuckDBPyConnection]:
    """The published tables, empty."""
    with duckdb.connect() as connection:
        make_tables(connection)
        yield connection


@pytest.mark.parametrize("query", some(blocks(BI_PAGE, "sql")))
def test_every_query_runs_on_the_published_tables(
    query: str, snapshot: duckdb.DuckDBPyConnection
) -> None:
    assert snapshot.execute(query).description


PROGRAMS = some((p.name, code) for p in (BI_PAGE, GLOSSARY) for code in blocks(p, "python"))


@pytest.mark.parametrize(("page", "code"), PROGRAMS)
def test_every_program_prints_what_its_page_says(
    page: str,
    code: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "data" / "warehouse" / "published" / "current"
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "profiles.duckdb")) as connection:
        make_tables(connection)
        connection.execute("copy customers to $1", [str(folder / "customers.parquet")])
    monkeypatch.chdir(tmp_path)
    exec(compile(code, page, "exec"), {})  # the page's own words are what is tested
    said = re.findall(r"^# (.*)$", code, re.MULTILINE)
    printed = capsys.readouterr().out.splitlines()
    assert not said or printed == said


def anchors(page: Path) -> set[str]:
    """What GitHub calls the headings of a page."""
    seen: Counter[str] = Counter()
    names = set()
    for heading in HEADING.findall(prose_of(page)):
        plain = re.sub(r"[^\w\- ]", "", LINK.sub("", heading).lower()).replace(" ", "-")
        names.add(f"{plain}-{seen[plain]}" if seen[plain] else plain)
        seen[plain] += 1
    return names


def relative_links() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for link in sorted(set(LINK.findall(prose_of(page)))):
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
        for block in blocks(page, "console", "sh", "bash", "text"):
            for line in COMMAND.findall(block.replace("\\\n", " ")):
                yield page.name, re.split(r" (?:\||>|&&|;) ", line)[0]
        for line in re.findall(r"`cdp ([^`]+)`", prose_of(page)):
            yield page.name, line


@pytest.mark.parametrize(("page", "line"), sorted(set(some(commands()))))
def test_every_command_is_one_that_cdp_knows(page: str, line: str) -> None:
    command: Any = typer.main.get_command(cli.app)
    words = shlex.split(line, comments=True)
    while True:
        # The parser refuses unknown options; it neither converts values nor runs anything.
        context = command.make_context(page, [], resilient_parsing=True)
        context.resilient_parsing = False
        _, words, _ = command.make_parser(context).parse_args(words)
        if not hasattr(command, "commands") or not words:
            break
        assert {*words[:1]} & {*command.commands}, f"no command `cdp {line}`"
        command, words = command.commands[words[0]], words[1:]
    assert not words, f"too many words: {words}"


def test_every_make_target_of_a_page_exists() -> None:
    named = {
        target
        for page in PAGES
        for code in (*blocks(page, "console", "sh"), *re.findall(r"`([^`\n]+)`", prose_of(page)))
        for target in re.findall(r"^(?:\$ )?make (?:[A-Z]+=\S+ )*([a-z-]+)", code, re.MULTILINE)
    }
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert named
    assert named <= {*re.findall(r"^([a-z-]+):", makefile, re.MULTILINE)}
