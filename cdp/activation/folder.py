"""A folder of the outbox that is there whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from cdp.errors import StoreFullError, TransientError

_PATIENCE_SECONDS = 60


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """A hidden folder to write to; it takes its place when the block ends without an error.

    A folder of that name gives way only then. What a killed export left hidden is taken away.

    Raises:
        TransientError: Another export goes on.
        StoreFullError: The disk is full; a former folder stands.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    building, former = (folder.with_name(f".{state}-{folder.name}") for state in ("new", "old"))
    with _one_at_a_time(folder.parent):
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
        except OSError as fault:
            if fault.errno != errno.ENOSPC:
                raise
            raise StoreFullError(
                what="the disk is full", where="outbox", next_step="make room and export again"
            ) from None
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
