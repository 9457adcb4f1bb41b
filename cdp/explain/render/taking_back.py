"""Deliveries, a word on one of them, the snapshots kept, a way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from rich.console import Group, RenderableType
from rich.text import Text

from cdp.explain.render.cells import grid, plain

_PARTS = ("accepted", "quarantined", "duplicate", "set_aside", "held")
_AHEAD = {"revoke": "revoked by the next run", "restore": "restored by the next run"}


def deliveries(found: pl.DataFrame) -> RenderableType:
    """Every delivery, its id short enough to type."""
    known = found.rows(named=True)
    rows = [
        (
            row["short_id"],
            row["source_file"],
            row["delivered_at"],
            _AHEAD.get(row["next_run"], row["status"]),
            _rows(row),
        )
        for row in known
    ]
    table = grid("Deliveries, newest first", ("id", "file", "delivered", "status", "rows"), rows)
    table.columns[0].no_wrap = True
    reasons = [
        Text(f"{row['short_id']} {row['status']}: {plain(row['reason'])}")
        for row in known
        if row["reason"]
    ]
    last = Text("`cdp deliveries revoke ID --by NAME --note WHY` takes one back.")
    return Group(table, *reasons, last)


def _rows(row: Mapping[str, Any]) -> str:
    parts = [(row[f"rows_{part}"], part.replace("_", " ")) for part in _PARTS]
    return ", ".join(f"{count:,} {part}" for count, part in parts if count) or "none"


def word(told: Mapping[str, Any]) -> RenderableType:
    """What was said of a delivery, and what comes of it."""
    name = plain(str(told.get("source_file") or "a file that no snapshot has yet"))
    is_revoked = told["action"] == "revoke"
    done = "is taken back" if is_revoked else "counts again"
    effect = (
        "Its rows are held from the next run on, and the customers are those of a store that never"
        " got it. The file may stay in the inbox: it is not read again."
        if is_revoked
        else "Its rows are judged again by the next run."
    )
    return Group(
        Text(f"{told['delivery_id']} ({name}) {done}, entered in {told['log']}.", style="bold"),
        Text(effect),
        Text("Readers see no change before that. Next: cdp run"),
    )


def snapshots(found: Sequence[Mapping[str, Any]]) -> RenderableType:
    """The snapshots kept, newest first."""
    if not found:
        return Text("Nothing is published yet. Next: cdp run")
    rows = [
        (
            one["run_id"], str(one["as_of"]).replace("T", " ")[:19],
            "what readers see" if one["is_current"] else "", one["customers"],
            f"{one['size_bytes'] / 1e6:,.1f} MB",
        )
        for one in found
    ]  # fmt: skip
    table = grid("Snapshots kept", ("run", "as of, UTC", "", "customers", "size"), rows, right=2)
    table.columns[0].no_wrap = True
    return Group(table, Text("`cdp rollback RUN` lets readers see a former one."))


def rollback(kept: Mapping[str, Any]) -> RenderableType:
    """What readers see now, and what the next run does."""
    as_of = str(kept["as_of"]).replace("T", " ")[:19]
    return Group(
        Text(
            f"Readers now see run {kept['run_id']}, as of {as_of} UTC: {kept['customers']:,}"
            " customers. Who has another snapshot open keeps it until it is opened again.",
            style="bold",
        ),
        Text(
            "The store itself is as it was: the next run publishes from it again. Take the cause"
            " away first: `cdp deliveries revoke ID`, or mend its settings."
        ),
    )
