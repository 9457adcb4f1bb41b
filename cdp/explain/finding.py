"""Find a customer by what a person at a desk has in hand: an email, a phone, an id, a key."""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

from cdp.errors import NotFoundError
from cdp.explain.customer import Customer, read_customer
from cdp.explain.masking import mask_source_key
from cdp.explain.near_misses import bearers, ids_begun, nearest_key
from cdp.explain.snapshot import Snapshot
from cdp.explain.succession import succession
from cdp.quality.normalise.email import normalise_email
from cdp.quality.normalise.phone import normalise_phone
from cdp.resolve.folding import mailbox

_CUSTOMER_ID = re.compile(r"c_[a-z2-7]{16}", re.IGNORECASE)
_BEGUN_ID = re.compile(r"c_[a-z2-7]{4,15}", re.IGNORECASE)
_SOURCE_KEY = re.compile(r"([a-z][a-z0-9_]*):(.+)", re.DOTALL | re.IGNORECASE)
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
    """Several customers answer: a mailbox or phone that a household shares, an id that split up.

    ``customers`` has customer_id, kind, name, sources and record_count; ``told`` says how an id
    that ended led to them.
    """

    customers: pl.DataFrame
    told: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """Everything, for machines."""
        return {"candidates": self.customers.to_dicts(), "told": list(self.told)}


Found = Customer | Candidates


@dataclass(frozen=True)
class Sought:
    """Who answers to what was asked: one customer, or several that share it.

    ``record_ids`` are the records that hold the value or have the key, by id; empty when the word
    means customers as a whole. ``merged_from`` lists former ids that led here; ``told`` says in
    words how an id that ended led here.
    """

    customer_ids: tuple[str, ...]
    record_ids: tuple[int, ...] = ()
    merged_from: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


def find_customer(snapshot: Snapshot, who: str, *, default_region: str) -> Found:
    """The customer with this email, phone, customer id or ``source:key``, of a person or an event.

    An id that ended leads to who lives on for it, however often that one was merged or split
    since; to several, when its records belong to several today. An email finds
    the mailbox: tags, and dots of Gmail, make no difference.

    Args:
        snapshot: Where to look.
        who: What is known of the customer.
        default_region: ISO 3166 code; where a phone number without a country is from.

    Raises:
        NotFoundError: Nobody answers; a row that was rejected answers with its reason.
    """
    sought = seek(snapshot, who, default_region=default_region)
    if len(sought.customer_ids) > 1:
        return Candidates(snapshot.query(_LISTED, {"ids": [*sought.customer_ids]}), sought.told)
    return read_customer(
        snapshot, sought.customer_ids[0], merged_from=sought.merged_from, told=sought.told
    )


def seek(snapshot: Snapshot, who: str, *, default_region: str) -> Sought:
    """Who answers, by the rules of `find_customer`: their ids, and the records that were meant.

    Raises:
        NotFoundError: Nobody answers; a row that was rejected answers with its reason.
    """
    asked = _whole_id(snapshot, who.strip())
    if is_customer_id(asked):
        led_to = succession(snapshot, asked.lower())
        return Sought(led_to.customer_ids, merged_from=led_to.merged_from, told=led_to.told)
    keyed = _SOURCE_KEY.fullmatch(asked)
    # A source's own key may itself be an email or a number, so a known source goes first.
    if keyed and keyed[1].lower() in _sources(snapshot):
        return _by_key(snapshot, keyed[1].lower(), keyed[2])
    if "@" in asked:
        return _by_values(snapshot, "email", _mailboxes(asked), asked)
    number = normalise_phone(asked, default_region) if _PHONE.fullmatch(asked) else None
    if number is not None:
        return _by_values(snapshot, "phone", [number], asked)
    if ":" in asked:
        raise NotFoundError(
            what=f"there is no source of that name; there are: {', '.join(_sources(snapshot))}",
            where="snapshot",
            next_step="source:key takes the name of a source contract and that source's own key",
        )
    raise NotFoundError(
        what="that is no email, phone, customer id or source:key",
        where="snapshot",
        next_step=_bare_key(snapshot, asked)
        or "write e.g. name@example.com, or crm:1042 for a record of the source crm",
    )


def is_customer_id(who: str) -> bool:
    """Whether that is written as a customer id is.

    >>> is_customer_id("C_abcdefghij234567"), is_customer_id("crm:7")
    (True, False)
    """
    return bool(_CUSTOMER_ID.fullmatch(who.strip()))


def _whole_id(snapshot: Snapshot, asked: str) -> str:
    """The id of which a word is the beginning, and of none else; any other word as it is."""
    if not _BEGUN_ID.fullmatch(asked):
        return asked
    found = ids_begun(snapshot, asked)
    if len(found) == 1:
        return found[0]
    raise NotFoundError(
        what="no customer has or had an id that begins so" if not found
        else f"{len(found)} customer ids begin so",
        where="snapshot",
        next_step="write the id whole: c_ and 16 letters and digits",
    )  # fmt: skip


def _bare_key(snapshot: Snapshot, asked: str) -> str | None:
    """What to type where a word is a key without its source."""
    named = [mask_source_key(f"{source}:{asked}") for source in bearers(snapshot, asked)]
    return f"did you mean {' or '.join(f'`{name}`' for name in named)}?" if named else None


def _by_values(snapshot: Snapshot, kind: str, values: list[str], asked: str) -> Sought:
    for value in values:
        holders = snapshot.query(_BY_IDENTIFIER, {"kind": kind, "value": value})
        if holders.height:
            ids = holders["customer_id"].unique().sort()
            return Sought(tuple(ids), tuple(holders["record_id"].drop_nulls().unique().sort()))
    raise NotFoundError(
        what=f"no customer has this {kind}",
        where="snapshot",
        next_step=_bare_key(snapshot, asked)
        or "look for the row: `select * from source_records` in profiles.duckdb tells "
        "what became of each; placeholders and unusable values are not kept as identifiers",
    )


def _by_key(snapshot: Snapshot, source: str, key: str) -> Sought:
    rows = snapshot.query(_ROWS, {"source": source, "key": key})
    if not rows.height:
        raise _unknown_key(snapshot, source, key)
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


def _unknown_key(snapshot: Snapshot, source: str, key: str) -> NotFoundError:
    """Nobody has the key; rows that could not be read may have it all the same."""
    near = nearest_key(snapshot, source, key)
    next_step = f"did you mean `{near}`? Else " if near else ""
    next_step += f"check the key in the files of `{source}`, or what `cdp status` says of them"
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
