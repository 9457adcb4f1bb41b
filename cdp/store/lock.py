"""One writer at a time: a lock of the operating system, and a note of who holds it."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from cdp.errors import StoreLockedError
from cdp.store.disk import folder_faults
from cdp.store.layout import Layout


@contextmanager
def writer_lock(
    layout: Layout, *, run_id: str, started_at: datetime, wait_seconds: float = 0
) -> Iterator[None]:
    """Hold the store for one run.

    Raises:
        ConfigError: There can be no such folder.
        StoreLockedError: Another run holds it, and still does after ``wait_seconds``.
    """
    with folder_faults(layout.store, called="the store", remedy="mend `store` in cdp.yaml"):
        layout.store.mkdir(parents=True, exist_ok=True)
    lock = FileLock(str(layout.lock))
    try:
        lock.acquire(timeout=wait_seconds)
    except Timeout:
        raise StoreLockedError(
            what=f"the store is held by {_described(holder(layout))}",
            where=str(layout.store.name),
            next_step="wait for that run to end, or run again with --wait SECONDS",
        ) from None
    try:
        note = {
            "run_id": run_id,
            "pid": os.getpid(),
            "pid_began": began_at(os.getpid()),
            "host": socket.gethostname(),
            "started_at": started_at.isoformat(),
        }
        layout.writer.write_text(json.dumps(note), encoding="utf-8")
        yield
    finally:
        layout.writer.unlink(missing_ok=True)
        lock.release()


def holder(layout: Layout) -> Mapping[str, object] | None:
    """Who writes to the store now: run_id, pid, host, started_at (UTC); None when nobody does.

    Read from the note, never by trying the lock, which would stand in a run's way. The note of a
    run that was killed counts for nothing once its process is gone, though another may have its
    number by now.
    """
    try:
        note = dict(json.loads(layout.writer.read_text(encoding="utf-8")))
        is_here = note["host"] == socket.gethostname()
        if is_here and not _is_alive(int(note["pid"]), note.get("pid_began")):
            return None
        return {name: value for name, value in note.items() if name != "pid_began"}
    except (OSError, ValueError, KeyError):
        return None


def began_at(pid: int) -> str | None:
    """When a process began, in ticks since the machine did; null where the system does not tell."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        # Its name stands in brackets, and may hold anything.
        return told.rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return None


def _is_alive(pid: int, began: object) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it is there, and somebody else's
    now = began_at(pid)
    return began is None or now is None or now == began


def _described(note: Mapping[str, object] | None) -> str:
    if not note:
        return "another run"
    place = f"process {note['pid']} on {note['host']}, since {note['started_at']} UTC"
    return f"run {note['run_id']} ({place})"
