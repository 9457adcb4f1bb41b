"""What a disk refuses, as errors that say what to do."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from cdp.errors import ConfigError, NotPermittedError, StoreFullError

_FULL = (errno.ENOSPC, errno.EDQUOT)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
_SAID_FULL = ("No space left", "Disk quota exceeded", "max_temp_directory_size")
"""What DuckDB says in errors of several kinds: writing, committing, making room in memory."""

_SAID = ("Permission denied", "Operation not permitted", "Read-only file system")
_OWN_STORE = "ask its owner, or set `store` in cdp.yaml to a folder of yours"


@contextmanager
def disk_faults(
    folder: Path, *, called: str = "the store", remedy: str = _OWN_STORE
) -> Iterator[None]:
    """Tell a full disk and a forbidden folder apart from all other faults.

    Raises:
        StoreFullError: The disk is full; what was published stands.
        NotPermittedError: The folder may not be written to.
    """
    try:
        yield
    except (OSError, duckdb.Error) as fault:
        number, text = getattr(fault, "errno", None), str(fault)
        if number in _FULL or any(said in text for said in _SAID_FULL):
            raise StoreFullError(
                what="the disk is full; what was there before stands",
                where=folder.name,
                next_step="make room, then run again: nothing is lost",
            ) from None
        is_io = isinstance(fault, OSError | duckdb.IOException)
        if is_io and (number in _FORBIDDEN or any(said in text for said in _SAID)):
            raise NotPermittedError(
                what=f"{called} may not be written to", where=folder.name, next_step=remedy
            ) from None
        raise


@contextmanager
def folder_faults(folder: Path, *, called: str, remedy: str) -> Iterator[None]:
    """As `disk_faults`, where a folder is made that somebody named: no other fault is ours.

    Raises:
        StoreFullError: The disk is full; what was published stands.
        NotPermittedError: The folder may not be written to.
        ConfigError: There can be no such folder: a file is in its way, or its path is none.
    """
    try:
        with disk_faults(folder, called=called, remedy=remedy):
            yield
    except OSError as fault:
        path = (folder, *folder.parents)
        # Path.is_file would raise once more on a name that is too long.
        in_the_way = next((p for p in path if os.path.isfile(p)), None)  # noqa: PTH113
        what = (
            f"{called} cannot be made: `{in_the_way.name}` in its path is a file"
            if in_the_way
            else f"{called} cannot be made ({type(fault).__name__})"
        )
        raise ConfigError(what=what, where=str(folder), next_step=remedy) from None
