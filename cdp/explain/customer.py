"""All that is known of one customer, and why it is known."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from cdp.explain.snapshot import Snapshot

_SOURCES = "select * from attribute_sources where customer_id = $id order by attribute"
_RECORDS = """
    select r.record_id, r.source, r.source_record_id, r.observed_at, r.source_file, r.source_row,
        concat_ws(' ', r.given_name, r.middle_name, r.surname, r.suffix) as name, r.birth_date,
        r.emails, r.phones, concat_ws(', ', r.street, r.city, r.region, r.postcode) as address,
        m.valid_from as member_since
    from members as m join records as r on m.record_id = r.record_id and r.is_current
    where m.customer_id = $id and m.valid_to is null
    order by r.source, r.source_record_id
"""
_LINKS = """
    select record_l, record_r, source_l, source_record_id_l, source_r, source_record_id_r,
        kind, status, match_weight, match_probability, reason, evidence
    from links where customer_id_l = $id or customer_id_r = $id
    order by status, match_weight desc, record_l, record_r
"""
_TIMELINE = """
    select position, occurred_at, channel, event_type, source, amount, currency, score, campaign
    from timeline where customer_id = $id order by position desc
"""
_TRAITS = "select * exclude (customer_id) from computed_traits where customer_id = $id"
_HOUSEMATES = """
    select count(*) as others from customers
    where customer_id <> $id
        and household_id = (select household_id from customers where customer_id = $id)
"""
_CHANGES = """
    with recursive family(customer_id) as (
        select $id
        union
        select c.customer_id
        from customer_changes as c join family as f on c.survivor_id = f.customer_id
        where c.kind = 'merged'
    )
    select changed_at, kind, customer_id, survivor_id, origin_id, record_count, run_id
    from customer_changes
    where customer_id in (from family) or origin_id in (from family)
        or survivor_id in (from family)
    order by changed_at, run_id, sequence, customer_id
"""


@dataclass(frozen=True)
class Customer:
    """One customer with the evidence.

    ``golden`` and ``traits`` are rows of ``customers`` and ``computed_traits``; ``sources`` says
    where each value came from; ``records`` are those that are this person; ``links`` is what was
    decided about them, refused pairs included; ``timeline`` is newest first; ``changes`` are the
    identity events of the customer, of all that were merged into it, and of those split off them.
    ``merged_from`` lists former ids that led here, the one asked for first; ``told`` says in words
    how, when an id that ended was asked for. ``housemates`` counts
    the other customers of the household, an estimate; 0 when none is known.
    """

    golden: Mapping[str, object]
    sources: pl.DataFrame
    records: pl.DataFrame
    links: pl.DataFrame
    timeline: pl.DataFrame
    traits: Mapping[str, object]
    changes: pl.DataFrame
    merged_from: tuple[str, ...] = ()
    housemates: int = 0
    told: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """Everything, for machines; JSON columns as objects."""
        return {
            "customer": _opened(self.golden, "attributes"),
            "merged_from": list(self.merged_from),
            "told": list(self.told),
            "housemates": self.housemates,
            "attribute_sources": [_opened(row, "losers") for row in self.sources.to_dicts()],
            "records": self.records.to_dicts(),
            "links": [_opened(row, "evidence") for row in self.links.to_dicts()],
            "timeline": self.timeline.to_dicts(),
            "computed_traits": _opened(self.traits, "channel_mix"),
            "changes": self.changes.to_dicts(),
        }


def read_customer(
    snapshot: Snapshot,
    customer_id: str,
    *,
    merged_from: tuple[str, ...] = (),
    told: tuple[str, ...] = (),
) -> Customer:
    """Read a living customer; the id must be one of ``customers``."""
    asked = {"id": customer_id}
    golden = snapshot.query("select * from customers where customer_id = $id", asked)
    return Customer(
        golden=golden.row(0, named=True),
        sources=snapshot.query(_SOURCES, asked),
        records=snapshot.query(_RECORDS, asked),
        links=snapshot.query(_LINKS, asked),
        timeline=snapshot.query(_TIMELINE, asked),
        traits=snapshot.query(_TRAITS, asked).row(0, named=True),
        changes=read_changes(snapshot, customer_id),
        merged_from=merged_from,
        told=told,
        housemates=snapshot.query(_HOUSEMATES, asked)["others"][0],
    )


def read_changes(snapshot: Snapshot, customer_id: str) -> pl.DataFrame:
    """Identity events of a customer and of all that were merged into it, oldest first.

    Those of who was split off them, and of who gave them records, are told, too.

    changed_at (UTC), kind, customer_id, survivor_id, origin_id, record_count, run_id.
    """
    return snapshot.query(_CHANGES, {"id": customer_id})


def _opened(row: Mapping[str, object], column: str) -> dict[str, object]:
    text = row.get(column)
    return dict(row) | {column: json.loads(text) if isinstance(text, str) else None}
