"""The stewards' log: rulings on pairs of records, one a line, which the next run reads.

It lies in the project folder, not in the store, for it is what people said and cannot be made
anew. It is only ever added to, by one write of whole lines at its end, so any number of people may
rule at once and while a run is on.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from cdp.errors import Fault, ProjectError
from cdp.store.disk import disk_faults

MUST_LINK, CANNOT_LINK, WITHDRAWN = "must_link", "cannot_link", "withdrawn"
KINDS = (MUST_LINK, CANNOT_LINK, WITHDRAWN)
LOG = Path("rulings") / "rulings.jsonl"
"""Where the log is inside a project folder."""

_KEY = re.compile(r"[a-z][a-z0-9_]*:.+", re.DOTALL)
_LINE = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_TEXTS = ("ruling", "left", "right", "ruled_by", "ruled_at")
_MOST_SIGNS = {"ruled_by": 80, "note": 500}


@dataclass(frozen=True)
class Ruling:
    """What somebody said of two records, each by its source and that source's own key.

    ``ruling`` is must_link, cannot_link or withdrawn; ``left`` and ``right`` are ``source:key``,
    the smaller text first; ``ruled_at`` is UTC. ``line`` counts from 1; 0: not in the log yet.
    """

    ruling: str
    left: str
    right: str
    ruled_by: str
    ruled_at: datetime
    note: str | None = None
    line: int = 0

    @property
    def pair(self) -> tuple[str, str]:
        """The two records; later rulings of the same pair replace earlier ones."""
        return self.left, self.right


def make_ruling(
    ruling: str, sides: tuple[str, str], *, by: str, at: datetime, note: str | None = None
) -> Ruling:
    """A ruling to be appended; the sides may come in either order.

    Raises:
        ValueError: It breaks the rules of the log; the message names no value.
    """
    told = {"ruling": ruling, "left": sides[0], "right": sides[1], "ruled_by": by, "note": note}
    return _read(told | {"ruled_at": at.isoformat()}, line=0)


@dataclass(frozen=True)
class Rulings:
    """What the log says: its good lines in their order, and lines that broke off in a crash."""

    said: tuple[Ruling, ...] = ()
    broken_lines: tuple[int, ...] = ()

    @property
    def in_force(self) -> tuple[Ruling, ...]:
        """The last ruling of each pair that is not withdrawn, by pair."""
        last = {ruling.pair: ruling for ruling in self.said}
        return tuple(last[pair] for pair in sorted(last) if last[pair].ruling != WITHDRAWN)

    @property
    def fingerprint(self) -> str:
        """What results hang on: the rulings in force; empty where there are none."""
        told = [[*r.pair, r.ruling, r.ruled_by, str(r.ruled_at), r.note] for r in self.in_force]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest() if told else ""

    def frame(self) -> pl.DataFrame:
        """The rulings in force: left, right, ruling, ruled_by, ruled_at, note."""
        rows = [(*r.pair, r.ruling, r.ruled_by, r.ruled_at, r.note) for r in self.in_force]
        return pl.DataFrame(rows, schema=pl.Schema(_TYPES), orient="row")


_TYPES: dict[str, pl.DataType] = {
    "left": pl.String(),
    "right": pl.String(),
    "ruling": pl.String(),
    "ruled_by": pl.String(),
    "ruled_at": pl.Datetime("us"),
    "note": pl.String(),
}


def read_rulings(root: Path) -> Rulings:
    """Every ruling of a project folder.

    A line that broke off, because a power cut or a full disk ended its writing, is left out and
    its number kept; it says nothing, so no ruling hangs on it.

    Raises:
        ProjectError: Lines that are whole and yet no ruling: all of them, by file and line.
    """
    path = root / LOG
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return Rulings()
    said, broken, faults = list[Ruling](), list[int](), list[Fault]()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            said.append(_read(json.loads(line), line=number))
        except (json.JSONDecodeError, UnicodeDecodeError):
            if line.rstrip().endswith(b"}"):
                faults.append(Fault(LOG.as_posix(), number, "this is no JSON"))
            else:
                broken.append(number)
        except ValueError as error:
            faults.append(Fault(LOG.as_posix(), number, str(error)))
    if faults:
        raise ProjectError(faults, next_step="mend these lines of the log, or take them out")
    return Rulings(tuple(said), tuple(broken))


def append_rulings(root: Path, rulings: Sequence[Ruling]) -> None:
    """Add rulings to the log of a project folder, all by one write, and wait for the disk.

    Raises:
        StoreFullError: The disk is full; what was not written whole counts for nothing.
        NotPermittedError: The log may not be written to.
    """
    if not rulings:
        return
    path = root / LOG
    text = "".join(_line(ruling) for ruling in rulings).encode()
    with disk_faults(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            size = os.fstat(handle).st_size
            # A line that broke off must not take the first of these with it.
            if size and os.pread(handle, 1, size - 1) != b"\n":
                text = b"\n" + text
            if os.write(handle, text) < len(text):
                raise OSError(28, "the log was not written whole")
            os.fsync(handle)
        finally:
            os.close(handle)


def _line(ruling: Ruling) -> str:
    told = {
        "ruling": ruling.ruling,
        "left": ruling.left,
        "right": ruling.right,
        "ruled_by": ruling.ruled_by,
        "ruled_at": f"{ruling.ruled_at.isoformat()}Z",
        "note": ruling.note,
    }
    return json.dumps({k: v for k, v in told.items() if v is not None}, ensure_ascii=False) + "\n"


def _read(told: object, *, line: int) -> Ruling:
    """A ruling of what a line tells, or a ValueError that says what is wrong with it."""
    if not isinstance(told, dict):
        raise ValueError("a ruling is a JSON object")  # noqa: TRY004 - a fault of the text
    if strange := sorted(set(told) - {*_TEXTS, "note"}):
        raise ValueError(f"{len(strange)} keys that are not of a ruling")
    for name in _TEXTS:
        if not isinstance(told.get(name), str) or not told[name].strip():
            raise ValueError(f"`{name}` is missing or no text")
    if told["ruling"] not in KINDS:
        raise ValueError(f"`ruling` is none of {', '.join(KINDS)}")
    sides = sorted((told["left"].strip(), told["right"].strip()))
    if not all(_KEY.fullmatch(side) for side in sides):
        raise ValueError("`left` and `right` are source:key each")
    if sides[0] == sides[1]:
        raise ValueError("`left` and `right` are the same record")
    note = told.get("note")
    if note is not None and not isinstance(note, str):
        raise ValueError("`note` is no text")
    texts = {"ruled_by": told["ruled_by"].strip(), "note": (note or "").strip()}
    _refuse_odd_signs(texts)
    return Ruling(
        told["ruling"], sides[0], sides[1], texts["ruled_by"], _instant(told["ruled_at"]),
        texts["note"] or None, line,
    )  # fmt: skip


def _refuse_odd_signs(texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        if len(text) > _MOST_SIGNS[name]:
            raise ValueError(f"`{name}` is longer than {_MOST_SIGNS[name]} signs")
        if text and not _LINE.fullmatch(text):
            raise ValueError(f"`{name}` is not one line of plain text")


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("`ruled_at` is no ISO instant") from None
    return instant.astimezone(UTC).replace(tzinfo=None) if instant.tzinfo else instant
