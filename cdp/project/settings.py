"""A project: the settings of its ``cdp.yaml``, and its sources."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from cdp.errors import NotFoundError
from cdp.project.closed import Settings
from cdp.project.resolving import Resolving
from cdp.project.source import Source
from cdp.project.values import Name, Region, Share, TimeZone
from cdp.project.vocabulary import did_you_mean


class QualitySettings(Settings):
    """How many rows may be rejected, and what a critical failure does to its delivery."""

    max_rejected_share: Share = 0.05
    on_critical: Literal["hold", "stop"] = "hold"


class ProjectSettings(Settings):
    """What ``cdp.yaml`` says; ``store`` as it is written there."""

    name: Name = Field(alias="project")
    default_region: Region
    timezone: TimeZone
    store: Path = Path("warehouse")
    engine: Literal["duckdb"] = "duckdb"
    quality: QualitySettings = QualitySettings()
    resolve: Resolving = Resolving()
    keep_snapshots: Annotated[int, Field(ge=1)] = 3


class Project(ProjectSettings):
    """A project folder, read and found sound. ``root`` and ``store`` are absolute."""

    root: Path
    sources: tuple[Source, ...] = ()

    @property
    def outbox(self) -> Path:
        """Where exports for other tools go."""
        return self.root / "outbox"

    def source(self, name: str) -> Source:
        """The source of that name.

        Raises:
            NotFoundError: The project has no such source.
        """
        for source in self.sources:
            if source.name == name:
                return source
        raise NotFoundError(
            what=f"no source is called `{name}`",
            where=f"project {self.name}",
            next_step=did_you_mean(name, [source.name for source in self.sources]),
        )
