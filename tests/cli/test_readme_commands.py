"""The README's own-data commands, typed one after the other; and what scripts get back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cdp import cli
from cdp.errors import CdpError, ConfigError, NotFoundError, ProjectError, StoreLockedError
from cdp.project import load_project
from cdp.store.layout import Layout
from cdp.store.lock import writer_lock
from tests.laws.world import AS_OF

ROOT = Path(__file__).parents[2]
COMMAND = re.compile(r"^\s*\$ \.venv/bin/cdp (.*)$", re.MULTILINE)

Typed = Callable[..., Result]


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Type a command in a folder of one's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CDP_PROJECT", raising=False)

    def command(*words: str) -> Result:
        return CliRunner().invoke(cli.app, list(words))

    return command


def test_the_commands_of_the_readme_work_in_their_order(typed: Typed) -> None:
    commands = COMMAND.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    assert [line.split()[0] for line in commands] == [
        "init", "run", *["sources"] * 4, "run", "run", "status", "show", "export",
    ]  # fmt: skip
    for line in commands:
        done = typed(*line.split())
        assert done.exit_code == 0, (line, done.output, done.exception)
    shown = typed("show", "kate.marsh@example.com", "--project", "acme")
    assert "Katherine" in shown.output
    assert "opted out" not in shown.output


def test_machines_get_json_and_nothing_else_on_standard_output(typed: Typed) -> None:
    typed("init", "acme")
    for words in (
        ["sources", "check"],
        ["sources", "preview", "acme/inbox/orders/orders_2026-05-02.csv"],
        ["run"],
        ["status"],
        ["show", "contacts:C-101"],
        ["export", "csv"],
    ):
        done = typed(*words, "--project", "acme", "--json")
        assert done.exit_code == 0, done.output
        assert json.loads(done.stdout)


def test_a_preview_shows_raw_beside_mapped(typed: Typed) -> None:
    typed("init", "acme")
    done = typed("sources", "preview", "acme/inbox/contacts/contacts_2026-05-01.csv", "-p", "acme",
                 "--json")  # fmt: skip
    first = json.loads(done.stdout)["rows"][0]
    assert first["raw"]["mobile"] == "(212) 555-0141"
    assert first["mapped"]["phones"] == ["+12125550141"]


def test_a_dry_run_keeps_nothing(typed: Typed) -> None:
    typed("init", "acme")
    done = typed("run", "--dry-run", "--project", "acme", "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["status"] == "rehearsed"
    assert not Path("acme/warehouse/published/current").exists()
    status = json.loads(typed("status", "--project", "acme", "--json").stdout)
    assert status["run"] is None


def test_a_folder_that_is_not_empty_is_not_written_to(typed: Typed) -> None:
    Path("acme").mkdir()
    Path("acme/mine.txt").write_text("mine", encoding="utf-8")
    done = typed("init", "acme")
    assert isinstance(done.exception, CdpError)
    assert [p.name for p in Path("acme").iterdir()] == ["mine.txt"]


def test_a_held_delivery_ends_with_an_exit_code_of_its_own(typed: Typed) -> None:
    typed("init", "acme")
    bad = "order_id,ordered_at,total,email,customer,phone\n" + "".join(
        f"X-{n},never,1,,,\n" for n in range(5)
    )
    Path("acme/inbox/orders/orders_2026-06-01.csv").write_text(bad, encoding="utf-8")
    done = typed("run", "--project", "acme")
    assert done.exit_code == cli.ATTENTION
    assert "held" in done.stdout
    assert typed("show", "contacts:C-101", "--project", "acme").exit_code == 0


@pytest.mark.parametrize(
    ("words", "error", "code"),
    [
        (["run", "--project", "nowhere"], ProjectError, 2),
        (["show", "nobody@example.com", "--project", "acme"], NotFoundError, 4),
        (["run", "--project", "acme"], StoreLockedError, 75),
    ],
)
def test_errors_become_a_message_and_an_exit_code(
    typed: Typed, words: list[str], error: type[CdpError], code: int,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    typed("init", "acme")
    monkeypatch.setattr("sys.argv", ["cdp", *words])
    layout = Layout(load_project(Path("acme")).store)
    with writer_lock(layout, run_id="other", started_at=AS_OF), pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == code
    told = capsys.readouterr()
    assert error.__name__ in told.err
    assert "Hint" in told.err or "fault" in told.err
    assert "nobody@" not in told.err
    assert "Traceback" not in told.err


def test_a_defect_of_ours_shows_its_place_and_no_cell(
    typed: Typed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_: Path) -> None:
        raise ValueError("secret@example.org")

    monkeypatch.setattr("cdp.project.load_project", broken)
    monkeypatch.setattr("sys.argv", ["cdp", "status", "--project", "acme"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    told = capsys.readouterr()
    assert "secret" not in told.err + told.out
    assert "ValueError at test_readme_commands.py" in told.err


@pytest.mark.parametrize("folder", ["file", "file/acme", "acme/" + "x" * 300])
def test_a_starter_project_is_not_made_where_there_can_be_none(typed: Typed, folder: str) -> None:
    Path("file").write_text("")
    fault = typed("init", folder).exception
    assert isinstance(fault, ConfigError)
    assert "cannot be made" in fault.what


def test_a_store_that_is_a_file_is_a_fault_of_the_settings(typed: Typed) -> None:
    typed("init", "acme")
    Path("acme/warehouse").write_text("")
    fault = typed("run", "--project", "acme").exception
    assert isinstance(fault, ConfigError)
    assert "`warehouse` in its path is a file" in fault.what


@pytest.mark.parametrize(
    ("words", "error", "code"),
    [
        (["show", "nobody@example.com", "--project", "acme"], "NotFoundError", 4),
        (["sources", "check", "--project", "nowhere"], "ProjectError", 2),
        (["status", "--project", "broken"], "InternalError", 1),
    ],
)
def test_machines_get_an_error_as_json_and_nothing_else(
    typed: Typed, words: list[str], error: str, code: int,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    typed("init", "acme")
    if error == "InternalError":
        monkeypatch.setattr("cdp.project.load_project", lambda _: int("secret@example.org"))
    monkeypatch.setattr("sys.argv", ["cdp", *words, "--json"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    told = capsys.readouterr()
    found = json.loads(told.out)
    assert set(found) - {"faults"} == {
        "error", "what", "where", "how_many", "next_step", "exit_code",
    }  # fmt: skip
    assert (found["error"], found["exit_code"], ended.value.code) == (error, code, code)
    assert found["next_step"]
    assert told.err == ""
    assert "@example" not in told.out
