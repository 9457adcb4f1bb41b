"""Where an id that ended has gone: along its merges, and after its records, to who lives today."""

from __future__ import annotations

from dataclasses import dataclass

from cdp.errors import NotFoundError
from cdp.explain.snapshot import Snapshot

_IS_LIVING = "select 1 from customers where customer_id = $id"
_END = """
    select kind, survivor_id, changed_at from customer_changes
    where customer_id = $id and kind in ('merged', 'retired', 'erased')
    order by changed_at desc, run_id desc, sequence desc limit 1
"""
# The records that it held when it ended; who was split off or taken away before is not meant.
_HEIRS = """
    with last_ones as (
        select distinct record_id from members
        where customer_id = $id
            and valid_to = (select max(valid_to) from members where customer_id = $id)
    )
    select now.customer_id, count(*) as records, min(now.valid_from) as since,
        (select count(*) from last_ones) as all_records
    from last_ones
    join members as now on last_ones.record_id = now.record_id and now.valid_to is null
    join customers as c on now.customer_id = c.customer_id
    group by now.customer_id order by records desc, now.customer_id
"""


@dataclass(frozen=True)
class Succession:
    """Who lives on for an id.

    ``customer_ids`` are today's customers, the one with most of its records first; ``merged_from``
    the ids that were merged on the way, the one asked for first; ``told`` says in words what
    happened on which day.
    """

    customer_ids: tuple[str, ...]
    merged_from: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


def succession(snapshot: Snapshot, customer_id: str) -> Succession:
    """Follow an id to today's customers.

    Its merges say who took it over. Where its records are now says who it is: a survivor may have
    been split since, or the records of one that ended went to several. Records that left and
    came back may belong to another customer, to which the retired id leads, too.

    Raises:
        NotFoundError: The id never was, or it ended without anybody who lives on, with the days;
            or its events lead in a circle, which no run makes.
    """
    merged: list[str] = []
    told: list[str] = []
    current, is_erased = customer_id, False
    while not (is_living := bool(snapshot.query(_IS_LIVING, {"id": current}).height)):
        ended = snapshot.query(_END, {"id": current})
        if not ended.height:
            raise _never_was()
        event = ended.row(0, named=True)
        day, survivor = f"on {event['changed_at']:%Y-%m-%d}", event["survivor_id"]
        is_erased = event["kind"] == "erased"
        if survivor is None:
            told.append(f"{current} was {event['kind']} {day}")
            break
        told.append(f"{current} was merged into {survivor} {day}")
        merged.append(current)
        current = str(survivor)
        if current in merged:
            raise NotFoundError(
                what=f"the events of {customer_id} lead in a circle", where="customer_changes",
                next_step="this is a defect of ours; please report it",
            )  # fmt: skip
    if not told:
        return Succession((customer_id,))
    heirs = [] if is_erased else snapshot.query(_HEIRS, {"id": customer_id}).to_dicts()
    if not heirs and not is_living:
        raise _nobody(told, customer_id)
    told += [
        f"{heir['records']} of the {heir['all_records']} records that {customer_id} held last"
        f" belong to {heir['customer_id']} since {heir['since']:%Y-%m-%d}"
        for heir in heirs
        if [heir["customer_id"]] != [current] or len(heirs) > 1
    ]
    found = tuple(str(heir["customer_id"]) for heir in heirs) or (current,)
    return Succession(found, tuple(merged), tuple(told))


def _never_was() -> NotFoundError:
    return NotFoundError(
        what="no customer has or had this id", where="snapshot",
        next_step="check the id; it begins with c_ and has 16 letters and digits",
    )  # fmt: skip


def _nobody(told: list[str], customer_id: str) -> NotFoundError:
    return NotFoundError(
        what="; ".join(told),
        where="snapshot",
        next_step="its last record has left its source; its history is in customer_changes, and"
        f" `cdp show {customer_id} --as-of DAY` tells which records it had",
    )
