"""Rejected rows one by one: where they stood, every rule that they broke, and their text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from cdp.errors import NotFoundError
from cdp.explain.deliveries import find_delivery
from cdp.explain.masking import mask_text
from cdp.explain.quarantine.listing import refuse_former
from cdp.explain.snapshot import Snapshot

_ROWS = """
    with chosen as (
        select distinct source, delivered_at, delivery_id, source_row from quarantine
        where ($source is null or source = $source)
            and ($delivery is null or delivery_id = $delivery)
            and ($line is null or source_row = $line)
            and ($state is null or replay_state = $state)
    ),
    placed as (
        select *, row_number() over (
            order by source, delivered_at desc, delivery_id, source_row
        ) as place, count(*) over () as all_rows
        from chosen
    )
    select p.place, p.all_rows, q.source, q.delivery_id, q.source_file, q.source_row,
        q.replay_state as state,
        list({'rule': q.rule, 'reason': q.reason} order by q.rule) as broke,
        any_value(q.raw) as raw
    from placed as p
    join quarantine as q on p.delivery_id = q.delivery_id and p.source_row = q.source_row
    where p.place > $after and p.place <= $after + $rows
    group by all order by p.place
"""
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Page:
    """Some rejected rows: source, delivery_id, source_file, source_row, state, broke, raw."""

    rows: tuple[Mapping[str, Any], ...]
    all_rows: int
    page: int
    pages: int
    is_masked: bool

    def as_dict(self) -> dict[str, object]:
        """Everything, for machines."""
        return {
            "rows": [dict(row) for row in self.rows], "all_rows": self.all_rows,
            "page": self.page, "pages": self.pages, "is_masked": self.is_masked,
        }  # fmt: skip


def show_rows(
    snapshot: Snapshot,
    asked: str,
    *,
    deliveries: pl.DataFrame,
    state: str | None = None,
    page: int = 1,
    rows: int = 20,
    with_values: bool = False,
) -> Page:
    """The rejected rows of a source, of one line of its files, or of a delivery.

    Args:
        snapshot: The snapshot.
        asked: ``SOURCE``, ``SOURCE:LINE``, or a delivery as `find_delivery` takes it.
        deliveries: As `read_deliveries` gives them.
        state: Only rows in that state.
        page: From 1.
        rows: Of a page.
        with_values: The text whole; else the first sign of each word, with all signs between.

    Raises:
        NotFoundError: No row was rejected there.
    """
    refuse_former(snapshot)
    values = _chosen(asked, deliveries)
    found = snapshot.query(
        _ROWS, {**values, "state": state, "after": (page - 1) * rows, "rows": rows}
    )
    if not found.height:
        raise NotFoundError(
            what=f"no rejected row {'on that page' if page > 1 else 'is there'}",
            where=asked,
            next_step="`cdp quarantine list` tells where rows were rejected",
        )
    all_rows = int(found["all_rows"][0])
    shown = [
        {**row, "raw": row["raw"] if with_values else mask_raw(row["raw"])}
        for row in found.drop("place", "all_rows").iter_rows(named=True)
    ]
    return Page(tuple(shown), all_rows, page, -(-all_rows // rows), not with_values)


def mask_raw(text: str) -> str:
    """A row's text, every word of it masked; what parts the words stays, for it tells the fault.

    >>> mask_raw('7,"Ann Lee,ann@example.org')
    '7***,"A*** L***,a***@e***.o***'
    """
    return _WORD.sub(lambda word: mask_text(word[0]), text)


def _chosen(asked: str, deliveries: pl.DataFrame) -> dict[str, str | int | None]:
    source, _, line = asked.partition(":")
    chosen: dict[str, str | int | None] = {"source": None, "delivery": None, "line": None}
    if source in deliveries["source"] and (not line or line.isdecimal()):
        return chosen | {"source": source, "line": int(line) if line else None}
    return chosen | {"delivery": str(find_delivery(deliveries, asked)["delivery_id"])}
