"""The starter project that `cdp init` writes: annotated contracts and rows to run them on."""

from __future__ import annotations

import shutil
from pathlib import Path

from cdp.errors import ConfigError

_TEMPLATE = Path(__file__).parent / "project"


def write_starter(directory: Path) -> list[Path]:
    """Copy the starter project into a new or empty folder; the files written, sorted.

    Raises:
        ConfigError: The folder holds something already, or is a file.
    """
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise ConfigError(
            what="the folder is not empty",
            where=str(directory),
            next_step="name a new or empty folder",
        )
    shutil.copytree(_TEMPLATE, directory, dirs_exist_ok=True)
    return sorted(path for path in directory.rglob("*") if path.is_file())
