"""Jitter: how many of the records known before belong to another customer after a run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from cdp.engine import Engine

MAX_CALM_SHARE = 0.02
"""A run after which a larger share of the known records has another customer wants a look."""

MAX_CALM_RECORDS = 10
"""So few records are no jitter, however small the store is."""

_MOVED = """
    select
        count(*) filter (was.customer_id <> now.customer_id) as moved_records,
        count(*) as kept_records
    from identity.members as was
    join identity.members as now on was.record_id = now.record_id and now.valid_to is null
    where was.valid_from <= $instant and (was.valid_to is null or was.valid_to > $instant)
"""


def jitter_of(engine: Engine, last: Mapping[str, object] | None) -> dict[str, int | float | None]:
    """``moved_records`` and ``jitter`` of a run, against the published run before it.

    A record counts when its customer has another id than at ``as_of`` of that run; those of a
    customer that others were merged into do not. Both are null without a run or records before.
    """
    instant = last["as_of"] if last else None
    if not isinstance(instant, datetime):
        return {"moved_records": None, "jitter": None}
    moved, kept = engine.query(_MOVED, {"instant": instant}).row(0)
    return {"moved_records": moved if kept else None, "jitter": moved / kept if kept else None}


def jitter_line(figures: Mapping[str, object]) -> str | None:
    """The jitter of a run in one sentence; none where there is none to tell.

    >>> jitter_line({"moved_records": 12, "jitter": 0.012})
    'Jitter 1.2 %: 12 records known before changed customer.'
    """
    moved, share = figures.get("moved_records"), figures.get("jitter")
    if not isinstance(moved, int) or not isinstance(share, float):
        return None
    return f"Jitter {100 * share:.3g} %: {moved:,} records known before changed customer."


def jitter_notice(figures: Mapping[str, object]) -> str | None:
    """What to look at when a run has changed the customer of more records than a calm one would.

    >>> jitter_notice({"moved_records": 12, "jitter": 0.012}) is None
    True
    >>> str(jitter_notice({"moved_records": 31, "jitter": 0.031}))[:56]
    '3.1 % of the records known before (31) have another cust'
    """
    moved, share = figures.get("moved_records"), figures.get("jitter")
    if not isinstance(moved, int) or not isinstance(share, float):
        return None
    if moved <= MAX_CALM_RECORDS or share <= MAX_CALM_SHARE:
        return None
    return (
        f"{100 * share:.3g} % of the records known before ({moved:,}) have another customer now;"
        f" up to {100 * MAX_CALM_SHARE:.3g} % is usual. A new list that ties known people together,"
        " a corrected key or a changed rule of matching does that. If none of it was meant: the"
        " events of this run in `customer_changes` (merged, split, moved) name the customers, and"
        " `cdp why CUSTOMER` tells what joined them."
    )
