"""Files of an inbox: which there are, which are to be opened, and what stands in each."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from cdp.errors import DeliveryError
from cdp.project import Project, Source
from cdp.store.ledger import Arrival, fingerprint_file


def find_files(project: Project, source: Source) -> list[Path]:
    """The files of a project that a source's `path` patterns match, as `files_below` does."""
    return files_below(project.root, source)


def files_below(root: Path, source: Source) -> list[Path]:
    """The files that a source's `path` patterns match, sorted; hidden files are left out.

    A folder counts where the pattern asks for an ending: what is called like a file is one that
    cannot be read, and is told.
    """
    found = {
        path
        for pattern in source.path
        for path in root.glob(pattern)
        if not path.name.startswith(".") and (path.is_file() or Path(pattern).suffix)
    }
    return sorted(found)


def delivered_at(path: Path, source: Source) -> datetime:
    """When the source delivered a file: the date in its name, else its modification time.

    Raises:
        DeliveryError: The contract wants a date in the name and there is none.
    """
    if source.delivered_at is None:
        return _modified_at(path)
    pattern = source.delivered_at.from_name
    digits = re.sub(
        r"%[a-zA-Z]", lambda code: _DIGITS.get(code.group(), r"\w+?"), re.escape(pattern)
    )
    found = re.search(digits, path.name)
    try:
        if found is None:
            raise ValueError
        return datetime.strptime(found.group(), pattern)
    except ValueError:
        raise DeliveryError(
            what=f"the file's name holds no date like {pattern!r}",
            where=f"source {source.name}: {path.name}",
            next_step="rename the file, or mend `delivered_at.from_name` in its contract",
        ) from None


def _modified_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, tz=UTC).replace(tzinfo=None)


_DIGITS = {
    "%Y": r"\d{4}",
    "%m": r"\d{2}",
    "%d": r"\d{2}",
    "%H": r"\d{2}",
    "%M": r"\d{2}",
    "%S": r"\d{2}",
}


_SETTLING = timedelta(seconds=2)
"""A file written so shortly before the run might be written again within one tick of the clock:
its time is not noted, so that the next run opens it again."""


def files_to_open(
    project: Project, source: Source, files: Sequence[Path], earlier: pl.DataFrame
) -> list[Path]:
    """The files that are to be opened: all but those that the ledger knows by size and time."""
    latest = {
        entry["source_file"]: entry
        for entry in earlier.sort("landed_at", "delivery_id").iter_rows(named=True)
    }
    return [
        path
        for path in files
        if not _is_known(latest.get(path.relative_to(project.root).as_posix()), source, path)
    ]


def _is_known(entry: Mapping[str, Any] | None, source: Source, path: Path) -> bool:
    # Whether one is readable by now, or still a repeat, hangs on more than the file.
    if entry is None or entry["status"] in ("unreadable", "repeat"):
        return False
    if entry["modified_at"] is None or entry["format"] != source.format.model_dump_json():
        return False
    try:
        noted = (entry["size_bytes"], entry["modified_at"])
        return noted == (path.stat().st_size, _modified_at(path))
    except OSError:
        return False


def arrivals(
    project: Project, source: Source, files: Sequence[Path], *, as_of: datetime
) -> list[Arrival]:
    """Files as they stand, in the order in which they were delivered."""
    found = [_arrival(project, source, path, as_of) for path in files]
    return sorted(found, key=lambda a: (a.delivered_at, a.source_file))


def unread_mark(source_file: str) -> str:
    """What stands for the fingerprint of a file that could not be read; no content has it."""
    return hashlib.sha256(f"unread {source_file}".encode()).hexdigest()


def _arrival(project: Project, source: Source, path: Path, as_of: datetime) -> Arrival:
    """A file as it stands, with the fault that keeps it from being read, if there is one."""
    source_file = path.relative_to(project.root).as_posix()
    seen = Arrival(
        source=source.name,
        source_file=source_file,
        path=path,
        sha256=unread_mark(source_file),
        size_bytes=0,
        delivered_at=as_of,
        format=source.format.model_dump_json(),
    )
    try:
        modified_at = _modified_at(path)
        seen = replace(seen, delivered_at=modified_at, size_bytes=path.stat().st_size)
        if modified_at + _SETTLING < as_of:
            seen = replace(seen, modified_at=modified_at)
        seen = replace(seen, sha256=fingerprint_file(path))
        return replace(seen, delivered_at=delivered_at(path, source))
    except DeliveryError as unnamed:
        return replace(seen, fault=unnamed)
    except OSError as refused:
        unread = DeliveryError(
            what=f"the file cannot be read ({type(refused).__name__})",
            where=f"source {source.name}: {path.name}",
            next_step="mend its permissions, or deliver it again",
        )
        return replace(seen, fault=unread)
