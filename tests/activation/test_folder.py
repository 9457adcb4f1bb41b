"""The folder of an export is there whole or not at all, whatever happens to its writer."""

from __future__ import annotations

import errno
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cdp.activation.folder import whole_folder
from cdp.errors import ConfigError, NotPermittedError, StoreFullError

KILLED = """
import os, signal, sys
from pathlib import Path
from cdp.activation.folder import whole_folder

with whole_folder(Path(sys.argv[1])) as building:
    (building / "a.csv").write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def write(folder: Path, word: str, names: Iterable[str] = "ab") -> None:
    with whole_folder(folder) as building:
        for name in names:
            (building / name).write_text(word)


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def hidden(outbox: Path) -> list[str]:
    """What is there beside finished folders and the lock."""
    return [p.name for p in outbox.iterdir() if p.name.startswith(".") and p.name != ".lock"]


def test_a_new_folder_takes_the_place_of_the_former_one(tmp_path: Path) -> None:
    write(tmp_path / "csv_r1", "old", "abc")
    write(tmp_path / "csv_r1", "new", "ab")
    assert contents(tmp_path / "csv_r1") == {"a": "new", "b": "new"}
    assert hidden(tmp_path) == []


def test_while_it_is_written_the_former_one_is_seen(tmp_path: Path) -> None:
    write(tmp_path / "csv_r1", "old")
    with whole_folder(tmp_path / "csv_r1") as building:
        (building / "a").write_text("new")
        assert contents(tmp_path / "csv_r1") == {"a": "old", "b": "old"}


def test_a_failure_leaves_the_former_one_whole(tmp_path: Path) -> None:
    write(tmp_path / "csv_r1", "old")
    with pytest.raises(FileNotFoundError):
        write(tmp_path / "csv_r1", "new", ["a", "no/such/place"])
    assert contents(tmp_path / "csv_r1") == {"a": "old", "b": "old"}
    assert hidden(tmp_path) == []


def test_a_kill_leaves_nothing_to_be_seen_and_the_next_one_tidies_up(tmp_path: Path) -> None:
    folder = tmp_path / "csv_r1"
    killed = subprocess.run([sys.executable, "-c", KILLED, str(folder)], check=False)
    assert killed.returncode == -9
    assert not folder.exists()
    assert hidden(tmp_path) != []
    write(tmp_path / "salesforce_r1", "new")
    assert hidden(tmp_path) == []


def test_two_at_once_do_not_mix(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda word: write(tmp_path / "csv_r1", word), "wxyz" * 5))
    assert len(set(contents(tmp_path / "csv_r1").values())) == 1
    assert hidden(tmp_path) == []


def test_a_full_disk_is_said_to_be_full(tmp_path: Path) -> None:
    with pytest.raises(StoreFullError), whole_folder(tmp_path / "csv_r1"):
        raise OSError(errno.ENOSPC, "no space")


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_a_forbidden_outbox_is_said_to_be_forbidden(tmp_path: Path, number: int) -> None:
    with pytest.raises(NotPermittedError, match="Hint"), whole_folder(tmp_path / "csv_r1"):
        raise OSError(number, "no")


def test_a_file_where_the_outbox_should_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("")
    with (
        pytest.raises(ConfigError, match="`outbox` in its path is a file"),
        whole_folder(tmp_path / "outbox" / "csv_r1"),
    ):
        pass
