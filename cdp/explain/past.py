"""A customer as of a past day: which records its id stood for then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time

import polars as pl

from cdp.errors import ConfigError, NotFoundError
from cdp.explain.finding import is_customer_id
from cdp.explain.snapshot import Snapshot
from cdp.explain.succession import succession

NOTE = (
    "Which records belonged to the id is as it was then. Of each record the version is shown that"
    " the files landed by then tell, cleaned by today's rules; golden values of then are not kept."
)
# Of the versions that came by then the last; of a record of which none did, nothing is shown.
_RECORDS = """
    with known as (
        select r.*, row_number() over (partition by r.record_id order by r.version desc) as place
        from records as r join deliveries as d on r.delivery_id = d.delivery_id
        where d.landed_at <= cast($instant as timestamp)
    )
    select m.record_id, any_r.source, any_r.source_record_id, m.valid_from as member_since,
        m.valid_to as member_until, k.observed_at,
        concat_ws(' ', k.given_name, k.middle_name, k.surname, k.suffix) as name, k.birth_date,
        k.emails, k.phones, concat_ws(', ', k.street, k.city, k.region, k.postcode) as address,
        now.customer_id as customer_today
    from members as m
    join (select distinct record_id, source, source_record_id from records) as any_r
        on m.record_id = any_r.record_id
    left join known as k on m.record_id = k.record_id and k.place = 1
    left join members as now on m.record_id = now.record_id and now.valid_to is null
    where m.customer_id = $id and m.valid_from <= cast($instant as timestamp)
        and (m.valid_to is null or m.valid_to > cast($instant as timestamp))
    order by any_r.source, any_r.source_record_id
"""
# A record that has left since is asked for as well as one that is there.
_CUSTOMER_THEN = """
    select distinct m.customer_id
    from members as m join records as r on m.record_id = r.record_id
    where r.source || ':' || r.source_record_id = $key
        and m.valid_from <= cast($instant as timestamp)
        and (m.valid_to is null or m.valid_to > cast($instant as timestamp))
"""
_LIFE = """
    select min(valid_from) as began,
        case when bool_or(valid_to is null) then null else max(valid_to) end as ended
    from members where customer_id = $id
"""


@dataclass(frozen=True)
class Past:
    """A customer id at a past instant, UTC.

    ``records`` are those that belonged to it then: record_id, source, source_record_id,
    member_since, member_until (null while it is so), the values of the version known then (null
    where none was), and customer_today (null when the record has left). ``told`` says where the
    id has gone since; ``today`` are the customers that live on for it, none when it has ended.
    """

    customer_id: str
    as_of: datetime
    records: pl.DataFrame
    today: tuple[str, ...]
    told: tuple[str, ...]
    note: str = NOTE

    def as_dict(self) -> Mapping[str, object]:
        """Everything, for machines."""
        return {
            "customer_id": self.customer_id,
            "as_of": self.as_of,
            "records": self.records.to_dicts(),
            "today": list(self.today),
            "told": list(self.told),
            "note": self.note,
        }


def instant_of(text: str) -> datetime:
    """The instant that a user means: a day means its end, so that its runs count.

    >>> instant_of("2026-05-01"), instant_of("2026-05-01T06:00")
    (datetime.datetime(2026, 5, 1, 23, 59, 59, 999999), datetime.datetime(2026, 5, 1, 6, 0))

    Raises:
        ConfigError: It is no day and no time, or names a zone.
    """
    try:
        instant = datetime.fromisoformat(text.strip())
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo:
        raise ConfigError(
            what="that is no day and no time" if instant is None else "a time is told without zone",
            where="--as-of",
            next_step="write e.g. 2026-05-01 or 2026-05-01T06:00, which is taken for UTC",
        )
    is_day = len(text.strip()) <= len("2026-05-01")
    return datetime.combine(instant, time.max) if is_day else instant


def read_past(snapshot: Snapshot, who: str, as_of: datetime) -> Past:
    """What an id stood for at an instant; for a ``source:key``, the id that its record had then.

    Raises:
        NotFoundError: It stood for nothing then; with the days of its life.
        ConfigError: Asked by an email or a phone, which tell of today only.
    """
    instant = as_of.isoformat()
    customer_id = _customer_then(snapshot, who, instant)
    records = snapshot.query(_RECORDS, {"id": customer_id, "instant": instant})
    try:
        found = succession(snapshot, customer_id)
        today, told = found.customer_ids, found.told
    except NotFoundError as gone:
        if not snapshot.query(_LIFE, {"id": customer_id})["began"].drop_nulls().len():
            raise
        today, told = (), (gone.what,)
    if not records.height:
        life = snapshot.query(_LIFE, {"id": customer_id}).row(0, named=True)
        until = f" to {life['ended']:%Y-%m-%d}" if life["ended"] else " on"
        # One that began and ended at one instant has events, but never had a span.
        lived = f"; it lived from {life['began']:%Y-%m-%d}{until}" if life["began"] else ""
        raise NotFoundError(
            what=f"{customer_id} had no record as of {as_of:%Y-%m-%d %H:%M}{lived}",
            where="snapshot",
            next_step=" ".join(told) or "ask for a day of its life",
        )
    return Past(customer_id, as_of, records, today, told)


def _customer_then(snapshot: Snapshot, who: str, instant: str) -> str:
    if is_customer_id(who):
        return who.strip().lower()
    if ":" not in who:
        raise ConfigError(
            what="a past day is told of a customer id or of a source:key", where="--as-of",
            next_step="ask without --as-of first, then with the id that it shows",
        )  # fmt: skip
    found = snapshot.query(_CUSTOMER_THEN, {"key": who.strip(), "instant": instant})
    if not found.height:
        raise NotFoundError(
            what="no record of that source and key belonged to a customer then", where="snapshot",
            next_step="it may have come later, or left before: ask without --as-of",
        )  # fmt: skip
    return str(found["customer_id"][0])
