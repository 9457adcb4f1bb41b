"""A file that cannot be read stops itself: the others land, and it lands once it can be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.ingest.test_landing import Inbox

ANN, BEN = "id,name\n1,Ann\n", "id,name\n2,Ben\n"


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path)


def refuse(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Have the operating system refuse one file, as it does to anyone but root."""
    really = Path.open

    def opened(self: Path, *args: Any, **named: Any) -> Any:
        if self.name == name:
            raise PermissionError(13, "Permission denied", str(self))
        return really(self, *args, **named)

    monkeypatch.setattr(Path, "open", opened)


def entries(inbox: Inbox) -> list[tuple[str, str, str | None]]:
    found = inbox.engine.query(
        "select source_file, status, reason from ops.deliveries order by delivered_at, source_file"
    )
    return [row[:3] for row in found.iter_rows()]


def test_a_forbidden_file_is_unreadable_and_the_others_land(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.write({"inbox/people_20260101.csv": ANN, "inbox/people_20260102.csv": BEN})
    with monkeypatch.context() as patch:
        refuse(patch, "people_20260101.csv")
        for _ in range(2):
            landing = inbox.land()
        assert landing.unreadable_files == 1
        told = {(Path(file).name, status, reason) for file, status, reason in entries(inbox)}
    assert told == {
        ("people_20260101.csv", "unreadable", "the file cannot be read (PermissionError)"),
        ("people_20260102.csv", "landed", None),
    }
    assert inbox.land().rows_read == 1
    assert [status for _, status, _ in entries(inbox)] == ["landed", "landed"]


def test_a_file_read_before_stays_as_it_was_while_it_is_forbidden(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.write({"inbox/people_20260101.csv": ANN})
    inbox.land()
    before = entries(inbox)
    with monkeypatch.context() as patch:
        refuse(patch, "people_20260101.csv")
        inbox.land()
        assert sorted(status for _, status, _ in entries(inbox)) == ["landed", "unreadable"]
        assert inbox.engine.count("raw.people") == 1
    assert inbox.land().known_files == 1
    assert entries(inbox) == before


def test_a_folder_called_like_a_file_is_unreadable(inbox: Inbox) -> None:
    inbox.write({"inbox/people_20260102.csv": BEN})
    (inbox.root / "inbox" / "people_20260101.csv").mkdir()
    landing = inbox.land()
    assert (landing.rows_read, landing.unreadable_files) == (1, 1)
    assert "IsADirectoryError" in str(entries(inbox))
