"""The snapshots that are kept, and the way back to one of them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from cdp.errors import NotFoundError
from cdp.project import nearest
from cdp.store.disk import disk_faults
from cdp.store.layout import Layout
from cdp.store.lock import writer_lock
from cdp.store.publish import point_to


@dataclass(frozen=True)
class Kept:
    """A snapshot that is kept: its run, clock (UTC, ISO), customers and size on disk."""

    run_id: str
    as_of: str
    customers: int
    size_bytes: int
    is_current: bool

    def as_dict(self) -> dict[str, object]:
        """Everything, for machines."""
        return asdict(self)


def kept_snapshots(layout: Layout) -> list[Kept]:
    """The snapshots of a store, newest first."""
    current = layout.current_run()
    return [_kept(layout, name, current) for name in reversed(layout.snapshots())]


def _kept(layout: Layout, run_id: str, current: str | None) -> Kept:
    folder = layout.snapshot(run_id)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    size = sum(path.stat().st_size for path in folder.iterdir())
    return Kept(
        run_id, str(manifest["as_of"]), int(manifest["rows"]["customers"]), size, run_id == current
    )


def roll_back(layout: Layout, asked: str, *, now: datetime) -> Kept:
    """Make a kept snapshot the one that readers open; the snapshot.

    ``asked`` is a run id or the beginning of just one. No run can publish meanwhile: the store is
    held. The warehouse stays as it is, so the next run publishes from it again.

    Raises:
        NotFoundError: No snapshot of that run is kept; the nearest is named.
        StoreLockedError: A run holds the store.
        NotPermittedError: The store may not be written to.
    """
    if not layout.snapshots():
        raise _not_kept(layout, asked, [])
    with (
        disk_faults(layout.store),
        writer_lock(layout, run_id="of a rollback", started_at=now),
    ):
        # Looked at with the store held: what was kept a moment ago may have been pruned.
        names = layout.snapshots()
        meant = [name for name in names if name == asked] or [
            name for name in names if name.startswith(asked)
        ]
        if len(meant) != 1:
            raise _not_kept(layout, asked, meant or names)
        if meant[0] != layout.current_run():
            point_to(layout, meant[0])
        return _kept(layout, meant[0], meant[0])


def _not_kept(layout: Layout, asked: str, names: list[str]) -> NotFoundError:
    if not names:
        return NotFoundError(
            what="nothing is published yet, so there is nothing to go back to",
            where=layout.store.name,
            next_step="run the pipeline first: cdp run",
        )
    near = nearest(asked, names)
    listed = f"did you mean `{near}`? " if near else ""
    return NotFoundError(
        what=f"`{asked}` is no one snapshot that is kept",
        where=layout.store.name,
        how_many=len(names),
        next_step=f"{listed}kept: {', '.join(names)}; `keep_snapshots` in cdp.yaml keeps more",
    )
