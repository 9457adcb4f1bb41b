"""The starter project that `cdp init` writes: annotated contracts and rows to run them on."""

from __future__ import annotations

import shutil
from pathlib import Path

from cdp.errors import ConfigError
from cdp.store.disk import folder_faults

_TEMPLATE = Path(__file__).parent / "project"


def write_starter(directory: Path) -> list[Path]:
    """Copy the starter project into a new or empty folder; the files written, sorted.

    Raises:
        ConfigError: The folder holds something already, or there can be none of that name.
        NotPermittedError: It may not be written to.
    """
    remedy = "name a new or empty folder of yours"
    with folder_faults(directory, called="the project's folder", remedy=remedy):
        if directory.is_dir() and any(directory.iterdir()):
            raise ConfigError(
                what="the folder is not empty", where=str(directory), next_step=remedy
            )
        shutil.copytree(_TEMPLATE, directory, dirs_exist_ok=True)
    return sorted(path for path in directory.rglob("*") if path.is_file())
