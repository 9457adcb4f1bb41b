"""A company with its files in the inbox; and one whose first run is done."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.laws.world import FILES, Company


@pytest.fixture
def company(tmp_path: Path) -> Company:
    made = Company(tmp_path)
    made.write(FILES)
    return made


@pytest.fixture(scope="session")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = Company(tmp_path_factory.mktemp("first") / "run")
    made.deliver(FILES, "r1")
    return made.root


@pytest.fixture
def ran(first_run: Path, tmp_path: Path) -> Company:
    """A company of its own after the run r1, whose outcome every test would wait for."""
    root = tmp_path / "company"
    shutil.copytree(first_run, root, symlinks=True)
    return Company(root)
