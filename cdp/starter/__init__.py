"""The projects that `cdp init` writes: one with contracts and rows to run them on, one empty."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cdp.errors import ConfigError
from cdp.store.disk import folder_faults

_TEMPLATE = Path(__file__).parent / "project"
_EMPTY = Path(__file__).parent / "empty" / "cdp.yaml"


def write_starter(directory: Path) -> list[Path]:
    """Copy the starter project into a new or empty folder; the files written, sorted.

    Raises:
        ConfigError: The folder holds something already, or there can be none of that name.
        NotPermittedError: It may not be written to.
    """
    with _new_folder(directory):
        shutil.copytree(_TEMPLATE, directory, dirs_exist_ok=True)
    return sorted(path for path in directory.rglob("*") if path.is_file())


def write_empty(directory: Path) -> list[Path]:
    """Make a project without sources in a new or empty folder; the files written.

    Raises:
        ConfigError: The folder holds something already, or there can be none of that name.
        NotPermittedError: It may not be written to.
    """
    name = re.sub(r"[^a-z0-9]+", "_", directory.resolve().name.lower()).strip("_")
    called = name if re.match("[a-z]", name) else f"project_{name}".rstrip("_")
    with _new_folder(directory):
        for folder in ("inbox", "sources"):
            (directory / folder).mkdir(parents=True)
        settings = _EMPTY.read_text(encoding="utf-8").replace(
            "project: empty", f"project: {called}"
        )
        (directory / "cdp.yaml").write_text(settings, encoding="utf-8")
    return [directory / "cdp.yaml"]


@contextmanager
def _new_folder(directory: Path) -> Iterator[None]:
    remedy = "name a new or empty folder of yours"
    with folder_faults(directory, called="the project's folder", remedy=remedy):
        if directory.is_dir() and any(directory.iterdir()):
            raise ConfigError(
                what="the folder is not empty", where=str(directory), next_step=remedy
            )
        yield
