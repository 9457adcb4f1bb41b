"""Open a project folder: every setting read and checked, every fault told at once."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cdp.errors import Fault, ProjectError
from cdp.project.complaints import checked
from cdp.project.contradictions import contradictions, disagreements
from cdp.project.folders import misspelt_folders
from cdp.project.presets import with_person_refs, with_preset
from cdp.project.reading import Written, read_settings
from cdp.project.rule_words import unknown_words
from cdp.project.settings import Project, ProjectSettings
from cdp.project.source import Source

PROJECT_FILE = "cdp.yaml"
SOURCES_FOLDER = "sources"


def project_folder_from_environment() -> Path | None:
    """The project folder that ``CDP_PROJECT`` names, or none."""
    named = os.environ.get("CDP_PROJECT")
    return Path(named) if named else None


@dataclass(frozen=True)
class Survey:
    """What a project folder says, faults and all.

    ``settings`` is null where ``cdp.yaml`` has faults of its own; ``sources`` are the contracts
    without any, sorted by name; ``contracts`` is what each of them says, line by line and with
    what its preset says, and ``stated`` what ``cdp.yaml`` says.
    """

    root: Path
    settings: ProjectSettings | None
    sources: tuple[Source, ...]
    contracts: Mapping[str, Written]
    faults: tuple[Fault, ...]
    stated: Written

    @property
    def project(self) -> Project:
        """The project, when nothing is wrong with it.

        Raises:
            ProjectError: With every fault of every file.
        """
        if self.faults or self.settings is None:
            raise ProjectError(self.faults)
        stated = {name: getattr(self.settings, name) for name in ProjectSettings.model_fields}
        stated |= {"store": self.root / self.settings.store}
        return Project(**stated, root=self.root, sources=self.sources)


def load_project(root: Path) -> Project:
    """Read ``cdp.yaml`` and every ``sources/*.yaml`` of a project folder.

    Nothing is made or changed on disk; the inbox need not exist yet.

    Returns:
        The project; its sources sorted by name.

    Raises:
        ProjectError: With every fault of every file, each with its line, the first being 1.
    """
    return survey_project(root).project


def survey_project(root: Path) -> Survey:
    """Read a project folder as `load_project` does, and tell its faults instead of raising them.

    Raises:
        ProjectError: There is no project in the folder.
    """
    folder = root.expanduser().resolve()
    if not (folder / PROJECT_FILE).is_file():
        raise _no_project(root, is_folder=folder.is_dir())
    project = read_settings(folder / PROJECT_FILE, root=folder)
    settings, faults = checked(ProjectSettings, project)
    read = [
        with_preset(read_settings(path, root=folder))
        for path in sorted((folder / SOURCES_FOLDER).glob("*.yaml"))
    ]
    contracts, unlinked = with_person_refs(read)
    sources, more = _load_sources(folder, contracts, disagreements(read))
    faults += [*project.faults, *unknown_words(project, contracts), *unlinked, *more]
    by_name = {str(c.values["source"]): c for c in contracts if c.values and "source" in c.values}
    return Survey(folder, settings, sources, by_name, tuple(faults), project)


def _load_sources(
    folder: Path, contracts: Sequence[Written], between: Iterable[Fault]
) -> tuple[tuple[Source, ...], list[Fault]]:
    faults = [*_stray_files(folder, contracts), *between]
    sources = []
    for written in contracts:
        source, found = checked(Source, written)
        faults += [*written.faults, *found, *contradictions(written)]
        if source is not None:
            sources.append(source)
    faults += misspelt_folders(folder, contracts)
    return tuple(sorted(sources, key=lambda source: source.name)), faults


def _stray_files(folder: Path, contracts: Sequence[Written]) -> list[Fault]:
    strays = sorted((folder / SOURCES_FOLDER).glob("*.yml"))
    faults = [
        Fault(f"{SOURCES_FOLDER}/{stray.name}", 0, "is not read", f"call it {stray.stem}.yaml")
        for stray in strays
    ]
    if not contracts and not faults:
        hint = "write one file per source, e.g. sources/newsletter.yaml"
        faults.append(Fault(SOURCES_FOLDER, 0, "holds no source contract", hint))
    return faults


def _no_project(root: Path, *, is_folder: bool) -> ProjectError:
    message = f"there is no {PROJECT_FILE}" if is_folder else "there is no such folder"
    return ProjectError(
        [Fault(str(root), 0, message)],
        next_step=f"make a project with `cdp init {root}`, or name one with --project",
    )
