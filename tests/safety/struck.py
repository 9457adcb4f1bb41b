"""Runs of the pipeline in processes of their own that are killed where one asks for it.

``python -m tests.safety.struck`` imports all that a run needs once, then forks a process for each
order on its standard input, one JSON object a line::

    {"root": ..., "run_id": ..., "as_of": ..., "trace": ..., "point": 7, "is_after": true}

Nothing of the product knows of this: every way in which something can come to stay (a commit, a
statement outside of a transaction, a rename, a link, an unlink) is wrapped here, counted, and
written to ``trace``; at the ``point``-th (or the first whose label begins with ``point``) the
process kills itself, before or after. With ``seconds`` instead it is killed so long after its
first write, in the middle of whatever it does.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

_WRITES = ("create", "drop", "insert", "delete", "update", "alter", "copy", "attach", "detach")
_FILES = ("rename", "replace", "symlink", "link", "unlink", "rmdir", "mkdir")


class Points:
    """Counts the points at which something comes to stay, and dies at the one asked for."""

    def __init__(self, trace: Path, *, store: str, point: int | str | None, is_after: bool) -> None:
        """Write every point to ``trace``; without a ``point`` nobody dies."""
        self._trace = os.open(trace, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        self._store, self._point, self._is_after = store, point, is_after
        self._count, self._open = 0, set[int]()

    def wrap(self) -> None:
        """Wrap every call that makes something stay."""
        connection = duckdb.DuckDBPyConnection
        for name in ("execute", "sql", "query", "close", "commit"):
            setattr(connection, name, self._statement(name, getattr(connection, name)))
        for name in _FILES:
            setattr(os, name, self._file(name, getattr(os, name)))

    def _statement(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(connection: Any, *args: Any, **named: Any) -> Any:
            text = str(args[0]) if args and isinstance(args[0], str) else name
            word = text.split(None, 1)[0].lower() if text.strip() else ""
            is_within = id(connection) in self._open
            if word == "begin":
                self._open.add(id(connection))
            if word in ("commit", "rollback"):
                self._open.discard(id(connection))
            makes_stay = word in ("commit", "close") or (word in _WRITES and not is_within)
            if not makes_stay:
                return call(connection, *args, **named)
            return self._at(" ".join(text.split())[:60], lambda: call(connection, *args, **named))

        return wrapped

    def _file(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **named: Any) -> Any:
            if not any(self._store in str(path) for path in args) and "dir_fd" not in named:
                return call(*args, **named)
            last = " ".join(Path(str(path)).name for path in args[:2])
            return self._at(f"{name} {last}", lambda: call(*args, **named))

        return wrapped

    def _at(self, label: str, call: Callable[[], Any]) -> Any:
        self._count += 1
        is_here = (
            label.startswith(self._point)
            if isinstance(self._point, str)
            else self._count == self._point
        )
        if is_here and not self._is_after:
            self._die(f"before {label}")
        self._tell(label)
        try:
            return call()
        finally:
            if is_here:
                self._die(f"after {label}")

    def _die(self, label: str) -> None:
        self._tell(f"killed {label}")
        os.kill(os.getpid(), signal.SIGKILL)

    def _tell(self, line: str) -> None:
        os.write(self._trace, f"{line}\n".encode())


def _run(order: dict[str, Any]) -> None:
    """One run, as the command makes it."""
    from cdp.pipeline import open_run, walk
    from cdp.progress import SilentObserver
    from cdp.project import load_project

    root, clock = Path(order["root"]), datetime.fromisoformat(order["as_of"])
    project = load_project(root)
    Points(
        Path(order["trace"]),
        store=str(project.store),
        point=order.get("point"),
        is_after=bool(order.get("is_after")),
    ).wrap()
    with open_run(
        project, run_id=order["run_id"], as_of=clock, clock=lambda: clock, accept_jump=True
    ) as run:
        walk(run, SilentObserver())


def _kill_later(pid: int, trace: Path, seconds: float) -> None:
    while not (trace.exists() and trace.stat().st_size):
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            return
        time.sleep(0.001)
    # The process may end first; then there is nobody to kill, and its status says so.
    handle = os.pidfd_open(pid)
    select.select([handle], [], [], seconds)
    os.close(handle)
    os.kill(pid, signal.SIGKILL)


def _serve() -> None:
    # What a run imports when it needs it, imported once for all.
    import great_expectations  # noqa: F401 - slow: loaded once, before the forks
    import splink  # noqa: F401 - likewise

    import cdp.pipeline  # noqa: F401 - likewise

    for line in sys.stdin:
        order = json.loads(line)
        trace = Path(order["trace"])
        trace.unlink(missing_ok=True)
        pid = os.fork()
        if not pid:
            try:
                _run(order)
            except BaseException:  # noqa: BLE001 - the fork must never go on as the server
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        if "seconds" in order:
            _kill_later(pid, trace, order["seconds"])
        status = os.waitpid(pid, 0)[1]
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _serve()
