"""Which sources have sent nothing for longer than their contract says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import polars as pl

from cdp.project import Source, duration_of

LATEST = """
    select source, max(delivered_at) as delivered_at
    from {deliveries} where status in ('landed', 'accepted', 'held', 'repeat')
    group by source order by source
"""
"""The last delivery of each source; one that only repeats the former came, too."""


def late_sources(latest: pl.DataFrame, sources: Sequence[Source], *, now: datetime) -> list[str]:
    """What to look at: a line for each source whose next delivery is overdue, by name.

    Args:
        latest: source, delivered_at: the last delivery of each source.
        sources: Their contracts; one without ``expect_every`` is never late.
        now: The instant that asks, UTC: the clock of a run, or of who reads.

    >>> late_sources(
    ...     pl.DataFrame(schema={"source": str, "delivered_at": pl.Datetime}),
    ...     [],
    ...     now=datetime(2026, 1, 1),
    ... )
    []
    """
    last = dict(latest.select("source", "delivered_at").iter_rows())
    return list(_late(last, sources, now))


def _late(last: dict[str, datetime], sources: Sequence[Source], now: datetime) -> Iterator[str]:
    for source in sorted(sources, key=lambda one: one.name):
        if source.expect_every is None:
            continue
        came = last.get(source.name)
        if came is None:
            yield f"source {source.name} never sent a file (`expect_every: {source.expect_every}`)"
        elif now - came > duration_of(source.expect_every):
            days = (now - came).total_seconds() / 86_400
            yield (
                f"no file of source {source.name} for {days:.1f} days: the last is of"
                f" {came:%Y-%m-%d %H:%M} UTC, one is expected every {source.expect_every}."
                " Ask for it, or change `expect_every`"
            )
