"""A full disk is an error that says so, never a broken store; with room the next run carries on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

from cdp.errors import StoreFullError
from cdp.store.layout import Layout
from cdp.store.lock import holder
from tests.laws.world import CDP_YAML, FILES, Company, state_of

KILOBYTE = 1024


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with 64 MB; skipped where nobody may mount one."""
    if sys.platform != "linux" or os.geteuid():
        pytest.skip("only root of a Linux machine may mount a small file system")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)], check=False
    )
    if mounted.returncode:
        pytest.skip("this machine does not let its root mount a small file system")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def leave(disk: Path, kilobytes: int) -> None:
    """Fill a disk until so much room is left."""
    ballast = disk / "ballast"
    ballast.unlink(missing_ok=True)
    size = shutil.disk_usage(disk).free - kilobytes * KILOBYTE
    ballast.write_bytes(b"x" * max(0, size))


def test_a_full_disk_is_an_error_and_with_room_the_next_run_carries_on(
    small_disk: Path, tmp_path: Path, ran: Company
) -> None:
    company = Company(tmp_path / "struck")
    store = small_disk / "warehouse"
    company.write({**FILES, "cdp.yaml": f"{CDP_YAML}store: {store}\n"})
    # Room to land a file; then for all but the snapshot.
    for number, room in enumerate((100, 4_000)):
        leave(small_disk, room)
        with pytest.raises(StoreFullError, match="make room"):
            company.run(f"q{number}")
        assert holder(Layout(store)) is None
        assert not list((store / "published").glob("*"))
    (small_disk / "ballast").unlink()
    company.run("r1")
    with suppress(FileExistsError):
        (company.root / "warehouse").symlink_to(store)
    for name, table in state_of(company).items():
        assert_frame_equal(table, state_of(ran)[name])
