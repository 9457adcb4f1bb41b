"""What the asker's words mean: records of one customer."""

from __future__ import annotations

from dataclasses import dataclass

from cdp.errors import NotFoundError
from cdp.explain.finding import seek
from cdp.explain.snapshot import Snapshot
from cdp.explain.why.decided import members_of

_SEVERAL = """
    select customer_id, array_to_string(sources, ', ') as sources
    from customers where list_contains($ids, customer_id) order by customer_id
"""
_NAMED = 5


@dataclass(frozen=True)
class Asked:
    """Records of one living customer: one by its key, those that hold a value, or all."""

    customer_id: str
    record_ids: tuple[int, ...]
    merged_from: tuple[str, ...] = ()


def find_asked(snapshot: Snapshot, who: str, *, default_region: str) -> Asked:
    """The records that a word means.

    Raises:
        NotFoundError: Nobody answers, or several customers do: they are named by id.
    """
    sought = seek(snapshot, who, default_region=default_region)
    if len(sought.customer_ids) > 1:
        raise _several(snapshot, sought.customer_ids)
    (customer_id,) = sought.customer_ids
    members = members_of(snapshot, customer_id)
    meant = tuple(record for record in sought.record_ids if record in members)
    return Asked(customer_id, meant or members, sought.merged_from)


def _several(snapshot: Snapshot, ids: tuple[str, ...]) -> NotFoundError:
    rows = snapshot.query(_SEVERAL, {"ids": [*ids]}).rows()
    named = [f"{customer_id} ({sources})" for customer_id, sources in rows[:_NAMED]]
    rest = [f"{len(rows) - _NAMED} more"] if len(rows) > _NAMED else []
    return NotFoundError(
        what=f"several customers answer: {', '.join([*named, *rest])}",
        where="snapshot",
        next_step="ask again with one of the ids, or with source:key of one record",
    )
