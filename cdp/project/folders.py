"""Folders that a source's path names and that are, by all appearances, called otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from cdp.errors import Fault
from cdp.project.reading import Written
from cdp.project.vocabulary import nearest


def misspelt_folders(folder: Path, contracts: Sequence[Written]) -> Iterator[Fault]:
    """Faults for paths whose folder is missing while a like-named one lies there unclaimed.

    A missing folder alone is none: the source may deliver its first file tomorrow.
    """
    claimed = {parent for written in contracts for _, parent in _folders(written)}
    for written in contracts:
        for pattern, parent in _folders(written):
            near = None if (folder / parent).exists() else _unclaimed(folder, parent, claimed)
            if near is not None:
                message = f"`path: {pattern}`: there is no folder {parent}"
                yield written.fault(("path",), message, f"did you mean `{near}`?")


def _folders(written: Written) -> Iterator[tuple[str, PurePosixPath]]:
    """The patterns of a contract, each with the folders before its first wildcard."""
    stated = (written.values or {}).get("path")
    for pattern in (
        [stated] if isinstance(stated, str) else stated if isinstance(stated, list) else []
    ):
        parts = PurePosixPath(str(pattern)).parts[:-1]
        wild = (n for n, part in enumerate(parts) if any(sign in part for sign in "*?["))
        fixed = parts[: next(wild, len(parts))]
        if fixed and fixed[0] != "/" and ".." not in fixed:
            yield str(pattern), PurePosixPath(*fixed)


def _unclaimed(
    folder: Path, parent: PurePosixPath, claimed: set[PurePosixPath]
) -> PurePosixPath | None:
    around = folder / parent.parent
    siblings = [path.name for path in around.iterdir() if path.is_dir()] if around.is_dir() else []
    free = [name for name in siblings if parent.parent / name not in claimed]
    near = nearest(parent.name, free, similarity=0.8)
    return parent.parent / near if near else None
