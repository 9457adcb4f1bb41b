"""Project folders made of texts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cdp.errors import Fault, ProjectError
from cdp.project import load_project

SOUND_PROJECT = "project: acme\ndefault_region: US\ntimezone: America/New_York\n"
SOUND_SOURCE = "source: newsletter\npath: inbox/newsletter/*.csv\nholds: people\nrecord_key: EUID\n"

MakeProject = Callable[..., Path]
FindFaults = Callable[..., tuple[Fault, ...]]


@pytest.fixture
def make_project(tmp_path: Path) -> MakeProject:
    """Write a project folder: the text of cdp.yaml, and of sources by the names of their files."""

    def make(cdp: str = SOUND_PROJECT, **sources: str) -> Path:
        (tmp_path / "cdp.yaml").write_text(cdp, encoding="utf-8")
        (tmp_path / "sources").mkdir(exist_ok=True)
        for name, text in (sources or {"newsletter": SOUND_SOURCE}).items():
            (tmp_path / "sources" / f"{name}.yaml").write_text(text, encoding="utf-8")
        return tmp_path

    return make


@pytest.fixture
def faults(make_project: MakeProject) -> FindFaults:
    """The faults of a project folder made of texts; none when it loads."""

    def find(cdp: str = SOUND_PROJECT, **sources: str) -> tuple[Fault, ...]:
        try:
            load_project(make_project(cdp, **sources))
        except ProjectError as error:
            return error.faults
        return ()

    return find
