"""What a replay moved: each delivery's account before it and after it."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from cdp.explain.snapshot import Snapshot

_PARTS = """
    with told as (
        select distinct delivery_id, source_row from quarantine where replay_state = 'open'
    )
    select d.delivery_id, d.source, d.source_file, d.delivered_at, d.contract, d.mends, d.rows_read,
        d.rows_accepted, d.rows_quarantined, d.rows_duplicate, d.rows_set_aside, d.rows_held,
        count(t.source_row) as rows_open
    from deliveries as d left join told as t on d.delivery_id = t.delivery_id
    group by all order by d.source, d.delivered_at, d.delivery_id
"""
_COUNTS = (
    "rows_open", "rows_accepted", "rows_quarantined", "rows_duplicate", "rows_set_aside",
    "rows_held",
)  # fmt: skip


def delivery_parts(snapshot: Snapshot) -> pl.DataFrame:
    """One row per delivery: its account, and how many of its rows are rejected and open."""
    return snapshot.query(_PARTS)


def moved_between(
    before: pl.DataFrame, after: pl.DataFrame, delivery_ids: Collection[str]
) -> pl.DataFrame:
    """One row per delivery asked for: its account after, and beside it before; 0 where it is new.

    Columns: delivery_id, source, source_file, rows_read, then each part of the account and the
    open rows, once as they are and once as ``..._before``.
    """
    former = before.select("delivery_id", *(pl.col(n).alias(f"{n}_before") for n in _COUNTS))
    told = after.filter(pl.col("delivery_id").is_in(list(delivery_ids)))
    return (
        told.select("delivery_id", "source", "source_file", "rows_read", *_COUNTS)
        .join(former, on="delivery_id", how="left", maintain_order="left")
        .with_columns(pl.col(f"{name}_before").fill_null(0) for name in _COUNTS)
    )
