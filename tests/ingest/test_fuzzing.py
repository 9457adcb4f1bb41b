"""Corrupted files of every format: no traceback, nothing lost, the account balances."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from cdp.ingest.readers import Row, delimited
from cdp.project import FileFormat
from tests.ingest.corruption import CONTRACTS, CORRUPTIONS
from tests.ingest.fuzzing import Outcome, balance_faults, reading_faults, run_project, write_project

FILES = 200


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    root = tmp_path_factory.mktemp("fuzzing") / "project"
    assert write_project(root, FILES, seed=7, bombs=2, megabytes=9) == FILES
    return run_project(root)


def test_corrupted_files_are_read_or_refused_and_the_account_balances(outcome: Outcome) -> None:
    assert outcome.faults == ()
    assert outcome.deliveries.height == FILES


def test_they_are_corrupted_enough_and_not_too_much(outcome: Outcome) -> None:
    assert len(CONTRACTS) * len(CORRUPTIONS) <= FILES
    by_status = outcome.deliveries.group_by("status").len().rows()
    assert {status for status, _ in by_status} >= {"accepted", "held", "unreadable"}
    sums = outcome.deliveries.select(pl.col("rows_quarantined", "rows_accepted").sum())
    assert all(count > FILES for count in sums.row(0))


def test_a_file_without_a_delivery_and_a_row_without_an_account_are_faults(
    outcome: Outcome, tmp_path: Path
) -> None:
    (tmp_path / "inbox/csv").mkdir(parents=True)
    (tmp_path / "inbox/csv/00001_lost").touch()
    sound = outcome.deliveries.filter(pl.col("source_file").str.ends_with("_sound")).head(1)
    short = sound.with_columns(pl.col("rows_accepted") - 1)
    told = " ".join(balance_faults(tmp_path, short))
    assert all(word in told for word in ("lost: not one", "29 accounted for", "it is sound"))


def test_a_lost_byte_and_a_traceback_are_faults(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"id\n1\n\n2\n")
    csv = FileFormat(type="csv")
    assert list(reading_faults(path, csv)) == []
    with monkeypatch.context() as patch:
        patch.setattr(
            delimited, "with_blank_lines", lambda found: (r for r in found if r.__class__ is Row)
        )
        assert list(reading_faults(path, csv)) == ["x.csv: its bytes are not given back"]

    def broken(found: object) -> Row:
        raise AttributeError(found)

    monkeypatch.setattr(delimited, "with_blank_lines", broken)
    assert list(reading_faults(path, csv)) == ["x.csv: AttributeError"]
