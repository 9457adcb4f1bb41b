"""Find a customer by what a person at a desk has in hand: an email, a phone, an id, a key."""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

from cdp.errors import NotFoundError
from cdp.explain.customer import Customer, read_customer
from cdp.explain.snapshot import Snapshot
from cdp.quality.normalise.email import normalise_email
from cdp.quality.normalise.phone import normalise_phone
from cdp.resolve.folding import mailbox

_CUSTOMER_ID = re.compile(r"c_[a-z2-7]{16}", re.IGNORECASE)
_SOURCE_KEY = re.compile(r"([a-z][a-z0-9_]*):(.+)", re.DOTALL)
_PHONE = re.compile(r"\+?[\d\s().\-/]{7,}")

_BY_IDENTIFIER = """
    select m.customer_id, m.record_id
    from identifiers as i join members as m on i.record_id = m.record_id and m.valid_to is null
    where i.kind = $kind and i.value = $value
    union
    select customer_id, null from customers
    where list_contains(case when $kind = 'email' then emails else phones end, $value)
    order by customer_id, record_id
"""
# The id of a touchpoint is that of its key, so a row that never became one answers to it, too.
_ROWS = """
    select r.source_file, r.source_row, r.disposition, r.reason, r.customer_id, r.record_id,
        r.source_record_id is distinct from $key as is_event
    from source_records as r join deliveries as d on r.delivery_id = d.delivery_id
    where r.source = $source and (
        r.source_record_id = $key
        or r.touchpoint_id = cast('0x' || substr(md5($source || '|' || $key), 1, 15) as bigint)
    )
    order by d.delivered_at desc, r.delivery_id desc, r.source_row desc
"""
_UNREAD = """
    select source_file, source_row, reason, count(*) over () as row_count
    from source_records
    where source = $source and disposition = 'quarantined'
        and source_record_id is null and touchpoint_id is null
    order by source_file, source_row limit 1
"""
_LISTED = """
    select customer_id, kind, concat_ws(' ', given_name, surname) as name,
        array_to_string(sources, ', ') as sources, record_count
    from customers where list_contains($ids, customer_id) order by customer_id
"""

_LOOK = "its rows are in source_records of profiles.duckdb"
_NEXT_STEPS = {
    "delivery_revoked": "its whole file is taken back: see `cdp deliveries`",
    "quarantined": "mend the file or its contract, then run again",
    "held": "its whole file is held: see `cdp status`; mend it or its contract, then run again",
    "set_aside": "if it is a customer after all, change set_aside in the source contract",
}


@dataclass(frozen=True)
class Candidates:
    """Several customers answer: a mailbox or phone that a household shares.

    ``customers`` has customer_id, kind, name, sources and record_count.
    """

    customers: pl.DataFrame

    def as_dict(self) -> dict[str, object]:
        """Everything, for machines."""
        return {"candidates": self.customers.to_dicts()}


Found = Customer | Candidates


@dataclass(frozen=True)
class Sought:
    """Who answers to what was asked: one customer, or several that share it.

    ``record_ids`` are the records that hold the value or have the key, by id; empty when the word
    means customers as a whole. ``merged_from`` lists former ids that led here.
    """

    customer_ids: tuple[str, ...]
    record_ids: tuple[int, ...] = ()
    merged_from: tuple[str, ...] = ()


def find_customer(snapshot: Snapshot, who: str, *, default_region: str) -> Found:
    """The customer with this email, phone, customer id or ``source:key``, of a person or an event.

    An id that was merged away leads to the customer that it lives on in, however often that one
    was merged itself. An email finds the mailbox: tags, and dots of Gmail, make no difference.

    Args:
        snapshot: Where to look.
        who: What is known of the customer.
        default_region: ISO 3166 code; where a phone number without a country is from.

    Raises:
        NotFoundError: Nobody answers; a row that was rejected answers with its reason.
    """
    sought = seek(snapshot, who, default_region=default_region)
    if len(sought.customer_ids) > 1:
        return Candidates(snapshot.query(_LISTED, {"ids": [*sought.customer_ids]}))
    return read_customer(snapshot, sought.customer_ids[0], merged_from=sought.merged_from)


def seek(snapshot: Snapshot, who: str, *, default_region: str) -> Sought:
    """Who answers, by the rules of `find_customer`: their ids, and the records that were meant.

    Raises:
        NotFoundError: Nobody answers; a row that was rejected answers with its reason.
    """
    asked = who.strip()
    if _CUSTOMER_ID.fullmatch(asked):
        return _by_id(snapshot, asked.lower())
    keyed = _SOURCE_KEY.fullmatch(asked)
    # A source's own key may itself be an email or a number, so a known source goes first.
    if keyed and keyed[1] in _sources(snapshot):
        return _by_key(snapshot, keyed[1], keyed[2])
    if "@" in asked:
        return _by_values(snapshot, "email", _mailboxes(asked))
    number = normalise_phone(asked, default_region) if _PHONE.fullmatch(asked) else None
    if number is not None:
        return _by_values(snapshot, "phone", [number])
    if ":" in asked:
        raise NotFoundError(
            what=f"there is no source of that name; there are: {', '.join(_sources(snapshot))}",
            where="snapshot",
            next_step="source:key takes the name of a source contract and that source's own key",
        )
    raise NotFoundError(
        what="that is no email, phone, customer id or source:key",
        where="snapshot",
        next_step="try e.g. `cdp show name@example.com` or `cdp show crm:1042`",
    )


def _by_id(snapshot: Snapshot, customer_id: str) -> Sought:
    """Follow merges from the id asked for to the one that lives."""
    was: list[str] = []
    current = customer_id
    while not snapshot.query(
        "select 1 from customers where customer_id = $id", {"id": current}
    ).height:
        ended = snapshot.query(
            "select kind, survivor_id, changed_at from customer_changes "
            "where customer_id = $id and kind in ('merged', 'retired', 'erased') "
            "order by changed_at desc, run_id desc, sequence desc",
            {"id": current},
        )
        if not ended.height:
            raise NotFoundError(
                what="no customer has or had this id", where="snapshot",
                next_step="check the id; it begins with c_ and has 16 letters and digits",
            )  # fmt: skip
        event = ended.row(0, named=True)
        if event["survivor_id"] is None:
            raise NotFoundError(
                what=f"{current} was {event['kind']} on {event['changed_at']:%Y-%m-%d}",
                where="snapshot",
                next_step="its last record has left its source; its history is in customer_changes",
            )
        was.append(current)
        current = str(event["survivor_id"])
    return Sought((current,), merged_from=tuple(was))


def _by_values(snapshot: Snapshot, kind: str, values: list[str]) -> Sought:
    for value in values:
        holders = snapshot.query(_BY_IDENTIFIER, {"kind": kind, "value": value})
        if holders.height:
            ids = holders["customer_id"].unique().sort()
            return Sought(tuple(ids), tuple(holders["record_id"].drop_nulls().unique().sort()))
    raise NotFoundError(
        what=f"no customer has this {kind}",
        where="snapshot",
        next_step="look for the row: `select * from source_records` in profiles.duckdb tells "
        "what became of each; placeholders and unusable values are not kept as identifiers",
    )


def _by_key(snapshot: Snapshot, source: str, key: str) -> Sought:
    rows = snapshot.query(_ROWS, {"source": source, "key": key})
    if not rows.height:
        raise _unknown_key(snapshot, source)
    # A rejected event may state a known person all the same, and yet is in nobody's timeline.
    counts = ~pl.col("is_event") | pl.col("disposition").is_in(["accepted", "duplicate"])
    placed = rows.filter(pl.col("customer_id").is_not_null() & counts)
    if placed.height:
        customer_id, record_id = placed.select("customer_id", "record_id").row(0)
        return Sought((customer_id,), () if record_id is None else (record_id,))
    row = rows.row(0, named=True)
    told = ", ".join(filter(None, (row["disposition"], row["reason"])))
    what = "that event is in no timeline" if row["is_event"] else "that record has no customer"
    person = f"; its person is {row['customer_id']}" if row["customer_id"] else ""
    raise NotFoundError(
        what=f"{what}: {told}{person}",
        where=f"{row['source_file']}:{row['source_row']}",
        next_step=_NEXT_STEPS.get(row["reason"], _NEXT_STEPS.get(row["disposition"], _LOOK)),
    )


def _unknown_key(snapshot: Snapshot, source: str) -> NotFoundError:
    """Nobody has the key; rows that could not be read may have it all the same."""
    next_step = f"check the key in the files of `{source}`, or what `cdp status` says of them"
    unread = snapshot.query(_UNREAD, {"source": source})
    if not unread.height:
        return NotFoundError(
            what="no row of that source has this key", where="snapshot", next_step=next_step
        )
    row = unread.row(0, named=True)
    return NotFoundError(
        what="no row of that source has this key, as far as they could be read; without a key in"
        f" quarantine are {row['row_count']}, the first for {row['reason']}",
        where=f"{row['source_file']}:{row['source_row']}",
        next_step=f"{next_step}; the text of such rows is in clean.quarantine of the store",
    )


def _sources(snapshot: Snapshot) -> list[str]:
    found = snapshot.query("select distinct source from deliveries order by source")
    return [str(source) for source in found["source"]]


def _mailboxes(email: str) -> list[str]:
    """The forms in which an address may be held: as it is, and as its mailbox."""
    plain = normalise_email(email) or email.casefold()
    return list(dict.fromkeys([plain, mailbox(plain) or plain]))
