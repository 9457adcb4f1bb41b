"""A folder of the outbox that is there whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from cdp.errors import TransientError
from cdp.store.disk import disk_faults, folder_faults

_PATIENCE_SECONDS = 60


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """A hidden folder to write to; it takes its place when the block ends without an error.

    A folder of that name gives way only then. What a killed export left hidden is taken away.

    Raises:
        TransientError: Another export goes on.
        StoreFullError: The disk is full; a former folder stands.
        NotPermittedError: The outbox may not be written to.
        ConfigError: There can be no such folder.
    """
    building, former = (folder.with_name(f".{state}-{folder.name}") for state in ("new", "old"))
    remedy = "let `outbox` in the project's folder be a folder of yours"
    with folder_faults(folder.parent, called="the outbox", remedy=remedy):
        folder.parent.mkdir(parents=True, exist_ok=True)
    with (
        disk_faults(folder.parent, called="the outbox", remedy=remedy),
        _one_at_a_time(folder.parent),
    ):
        try:
            for leftover in (*folder.parent.glob(".new-*"), *folder.parent.glob(".old-*")):
                shutil.rmtree(leftover)
            building.mkdir()
            yield building
            _settle(*building.iterdir(), building)
            # Taken away in place, a former export would be seen with half its files.
            if folder.exists():
                folder.rename(former)
            building.rename(folder)
            _settle(folder.parent)
        finally:
            shutil.rmtree(building, ignore_errors=True)
            shutil.rmtree(former, ignore_errors=True)


@contextmanager
def _one_at_a_time(outbox: Path) -> Iterator[None]:
    lock = FileLock(str(outbox / ".lock"))
    try:
        lock.acquire(timeout=_PATIENCE_SECONDS)
    except Timeout:
        raise TransientError(
            what="another export goes on", where="outbox", next_step="wait for it to end"
        ) from None
    try:
        yield
    finally:
        lock.release()


def _settle(*paths: Path) -> None:
    """Have the operating system write them out, so that a power cut cannot empty them."""
    for path in paths:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
