"""What a disk refuses, as errors that say what to do."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from cdp.errors import NotPermittedError, StoreFullError

_FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def disk_faults(store: Path) -> Iterator[None]:
    """Tell a full disk and a forbidden folder apart from all other faults.

    Raises:
        StoreFullError: The disk is full; what was published stands.
        NotPermittedError: The folder may not be written to.
    """
    try:
        yield
    except (OSError, duckdb.IOException) as fault:
        number, text = getattr(fault, "errno", None), str(fault)
        if number in _FULL or "No space left" in text:
            raise StoreFullError(
                what="the disk is full; what was published stands",
                where=store.name,
                next_step="make room, then run again: nothing is lost",
            ) from None
        if number == errno.EACCES or "Permission denied" in text:
            raise NotPermittedError(
                what="the store may not be written to",
                where=store.name,
                next_step="ask its owner, or set `store` in cdp.yaml to a folder of yours",
            ) from None
        raise
