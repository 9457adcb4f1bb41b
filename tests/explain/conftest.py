"""One company after its first run, which every test of the room may read; and a copy to run on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.laws.world import BAD_SHOP, FILES, Company, crm_file

HOUSEHOLD = [
    f"2{n},{name},Bauer,bauer@example.org,,,,,,2026-03-01"
    for n, name in enumerate(["Ida", "Otto", "Jutta"])
]


@pytest.fixture(scope="session")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> Company:
    made = Company(tmp_path_factory.mktemp("explain") / "company")
    files = {**FILES, **BAD_SHOP, "inbox/crm_20260301.csv": crm_file(HOUSEHOLD)}
    made.deliver(files, "r1")
    return made


@pytest.fixture
def ran(first_run: Company, tmp_path: Path) -> Company:
    shutil.copytree(first_run.root, tmp_path / "company", symlinks=True)
    return Company(tmp_path / "company")
