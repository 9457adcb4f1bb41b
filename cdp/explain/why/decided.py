"""Links of the published snapshot, each turned so that the side asked for comes first."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from cdp.explain.snapshot import Snapshot, Value

Row = Mapping[str, Any]

_LINK = """
    select record_l, record_r, customer_id_l, customer_id_r, kind, status, reason, match_weight,
        evidence
    from links
"""
_ORDER = " order by match_weight desc, record_l, record_r"
_BETWEEN = f"""{_LINK}
    where list_contains($one::bigint[], record_l) and list_contains($other::bigint[], record_r)
        or list_contains($other::bigint[], record_l) and list_contains($one::bigint[], record_r)
    {_ORDER} limit 1
"""
_BESIDE = f"""{_LINK}
    where (record_l in ($one, $other)) <> (record_r in ($one, $other)) {_ORDER} limit 1
"""
_WITHIN = f"""{_LINK}
    where customer_id_l = $id and customer_id_r = $id and status = 'accepted' {_ORDER}
"""
_AROUND = f"""{_LINK}
    where (customer_id_l = $id) <> (customer_id_r = $id) and status <> 'accepted' {_ORDER}
    limit $limit
"""
_RULED = """
    select record_l, record_r, ruling, ruled_by, ruled_at, note, is_contradicted from rulings
    where list_contains($one::bigint[], record_l) and list_contains($other::bigint[], record_r)
        or list_contains($other::bigint[], record_l) and list_contains($one::bigint[], record_r)
    order by ruled_at desc, record_l, record_r limit 1
"""
_MEMBERS = """
    select record_id from members where customer_id = $id and valid_to is null order by record_id
"""


def strongest_between(
    snapshot: Snapshot, one: Collection[int], other: Collection[int]
) -> Row | None:
    """The strongest link from one set of records to another; ties go to the smaller ids."""
    sides = {"one": [str(record) for record in one], "other": [str(record) for record in other]}
    rows = snapshot.query(_BETWEEN, sides).to_dicts()
    return turned(rows[0], one) if rows else None


def ruling_between(snapshot: Snapshot, one: Collection[int], other: Collection[int]) -> Row | None:
    """The newest ruling on a record of the one set and one of the other; null without one."""
    if not snapshot.has("rulings"):
        return None
    sides = {"one": [str(record) for record in one], "other": [str(record) for record in other]}
    rows = snapshot.query(_RULED, sides).to_dicts()
    return turned(rows[0], one) if rows else None


def strongest_beside(snapshot: Snapshot, one: int, other: int) -> Row | None:
    """The strongest link of either of two records with a third, the third on the right."""
    rows = snapshot.query(_BESIDE, {"one": one, "other": other}).to_dicts()
    return turned(rows[0], {one, other}) if rows else None


def links_within(snapshot: Snapshot, customer_id: str) -> list[Row]:
    """The accepted links of a customer, strongest first."""
    return list(snapshot.query(_WITHIN, {"id": customer_id}).to_dicts())


def refused_around(snapshot: Snapshot, customer_id: str, *, limit: int) -> list[Row]:
    """The strongest links that lead out of a customer, all of them refused or left to review."""
    asked: dict[str, Value] = {"id": customer_id, "limit": limit}
    return [
        row if row["customer_id_l"] == customer_id else _flipped(row)
        for row in snapshot.query(_AROUND, asked).to_dicts()
    ]


def members_of(snapshot: Snapshot, customer_id: str) -> tuple[int, ...]:
    """The records of a customer today, by id."""
    return tuple(snapshot.query(_MEMBERS, {"id": customer_id})["record_id"])


def turned(row: Row, first: Collection[int]) -> Row:
    """The link with the record that is among the first on the left."""
    return row if row["record_l"] in first else _flipped(row)


def undecided(left: int, right: int, customer_l: str, customer_r: str) -> Row:
    """Two records without a link of their own."""
    nothing = dict.fromkeys(("kind", "status", "reason", "match_weight", "evidence"))
    ids = {"record_l": left, "record_r": right}
    return {**nothing, **ids, "customer_id_l": customer_l, "customer_id_r": customer_r}


def _flipped(row: Row) -> Row:
    swapped = {
        f"{name}_{to}": row[f"{name}_{of}"]
        for name in ("record", "customer_id")
        for to, of in (("l", "r"), ("r", "l"))
        if f"{name}_{of}" in row
    }
    return {**row, **swapped}
