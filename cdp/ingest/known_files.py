"""A file beside the deliveries that its source had before: known, corrected, repeated or new."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import polars as pl

from cdp.store.ledger import Arrival


def entry_of(earlier: pl.DataFrame, arrival: Arrival) -> dict[str, object] | None:
    """The ledger's entry of this very file: the latest content under its name is what counts.

    So a file that goes A, B, A under one name is three deliveries.
    """
    same_file = earlier.filter(pl.col("source_file") == arrival.source_file)
    if not same_file.height:
        return None
    latest = same_file.sort("landed_at", "delivered_at", "delivery_id").row(-1, named=True)
    return latest if latest["sha256"] == arrival.sha256 else None


def in_its_place(
    earlier: pl.DataFrame, entry: Mapping[str, object] | None, arrival: Arrival
) -> Arrival:
    """When it counts as delivered: a file written anew comes after what its name held before."""
    if entry is not None:
        kept = entry["delivered_at"]
        if isinstance(kept, datetime) and entry["status"] != "unreadable":
            return replace(arrival, delivered_at=kept)
        return arrival
    former = earlier.filter(pl.col("source_file") == arrival.source_file)["delivered_at"].max()
    if not isinstance(former, datetime) or arrival.delivered_at > former:
        return arrival
    return replace(arrival, delivered_at=former + timedelta(microseconds=1))


def is_settled(earlier: pl.DataFrame, entry: Mapping[str, object], arrival: Arrival) -> bool:
    """Whether there is nothing to read: it was read and would be read so again, or is revoked.

    A repeat is looked at again: what it repeated may be revoked, a late file may lie between.
    """
    if entry["status"] == "repeat":
        return repeats_latest(earlier, arrival)
    if entry["status"] == "revoked":
        return True
    return entry["status"] != "unreadable" and entry["format"] == arrival.format


def repeats_latest(earlier: pl.DataFrame, arrival: Arrival) -> bool:
    """Whether it says what the delivery before it said, of those that count."""
    before = earlier.filter(
        ~pl.col("status").is_in(["repeat", "revoked"])
        & (pl.col("delivered_at") <= arrival.delivered_at)
    )
    return bool(before.height and before["sha256"][-1] == arrival.sha256)


def next_delivery_id(earlier: pl.DataFrame, arrival: Arrival) -> str:
    """The id of a new delivery: of its source, name, content, and how often that came before."""
    twins = earlier.filter(
        (pl.col("source_file") == arrival.source_file) & (pl.col("sha256") == arrival.sha256)
    )
    text = f"{arrival.source}|{arrival.source_file}|{arrival.sha256}|{twins.height}"
    return "d_" + hashlib.sha256(text.encode()).hexdigest()[:16]
