"""Where a store keeps what, below the project's ``store`` folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Layout:
    """The paths of one store.

    >>> Layout(Path("warehouse")).current.as_posix()
    'warehouse/published/current'
    """

    store: Path

    @property
    def warehouse(self) -> Path:
        """The working database; only the run that holds the lock opens it."""
        return self.store / "warehouse.duckdb"

    @property
    def lock(self) -> Path:
        """The writer's lock; the operating system frees it when its holder dies."""
        return self.store / "writer.lock"

    @property
    def writer(self) -> Path:
        """Who holds the lock: a JSON note for people and for `cdp status`."""
        return self.store / "writer.json"

    @property
    def published(self) -> Path:
        """Snapshots, one folder a run."""
        return self.store / "published"

    @property
    def current(self) -> Path:
        """The link to the snapshot that readers open."""
        return self.published / "current"

    def current_run(self) -> str | None:
        """The run whose snapshot readers open; null before the first publication."""
        return self.current.resolve().name if self.current.is_symlink() else None

    def snapshots(self) -> list[str]:
        """The runs whose whole snapshots are kept, oldest first."""
        manifests = self.published.glob("[!.]*/manifest.json")
        names = {path.parent.name for path in manifests if not path.parent.is_symlink()}
        return sorted(names)

    def snapshot(self, run_id: str) -> Path:
        """The snapshot folder of a run."""
        return self.published / run_id
