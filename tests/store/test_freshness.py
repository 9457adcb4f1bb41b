"""A source that is late is told, also where no file of it ever came."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
import pytest

from cdp.project import Source
from cdp.store.freshness import late_sources

LAST = datetime(2026, 5, 1, 6)


def source(name: str, every: str | None) -> Source:
    return Source.model_validate(
        {
            "source": name, "path": "inbox/*.csv", "format": "csv", "holds": "people",
            "record_key": "id", "person": {"email": "mail"}, "expect_every": every,
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("every", "hours", "is_late"),
    [("1d", 24, False), ("1d", 25, True), ("36h", 36, False), ("36h", 37, True), ("2w", 336, False),
     ("2w", 337, True), (None, 9999, False)],
)  # fmt: skip
def test_a_source_is_late_when_its_last_file_is_older_than_it_says(
    every: str | None,
    hours: int,
    is_late: bool,  # noqa: FBT001 - a table of cases
) -> None:
    latest = pl.DataFrame({"source": ["crm"], "delivered_at": [LAST]})
    told = late_sources(latest, [source("crm", every)], now=LAST + timedelta(hours=hours))
    assert bool(told) is is_late
    assert all("2026-05-01 06:00 UTC" in line and str(every) in line for line in told)


def test_a_source_that_never_sent_a_file_is_told_by_name() -> None:
    none = pl.DataFrame(schema={"source": pl.String, "delivered_at": pl.Datetime})
    told = late_sources(none, [source("b", "1d"), source("a", "1w"), source("c", None)], now=LAST)
    assert [line.split()[1] for line in told] == ["a", "b"]
