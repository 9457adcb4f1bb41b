"""Pairs for a person to judge: both records side by side, and what spoke for and against."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from cdp.explain.masking import (
    Mask,
    mask_date,
    mask_email,
    mask_key,
    mask_number,
    mask_text,
    mask_whole,
)
from cdp.explain.snapshot import Snapshot

_MOST = 20
_PAIRS = """
    select record_l, record_r, customer_id_l, customer_id_r, kind, status, reason, match_weight,
        evidence
    from links where status = $status and kind not in ('declared', 'ruled')
    order by match_weight {direction}, record_l, record_r limit $limit
"""
_RECORDS = """
    select record_id, source, source_record_id, given_name, middle_name, surname, suffix,
        cast(birth_date as varchar) as birth_date, sex, emails, phones, devices, handles,
        concat_ws(' ', street, unit) as street, city, postcode, company
    from records where is_current and record_id in (select unnest($ids::bigint[]))
"""
_FIELDS: Mapping[str, Mask] = {
    "given_name": mask_text, "middle_name": mask_text, "surname": mask_text,
    "suffix": mask_whole, "birth_date": mask_date, "sex": mask_whole, "emails": mask_email,
    "phones": mask_number, "devices": mask_number, "handles": mask_text, "street": mask_text,
    "city": mask_text, "postcode": mask_text, "company": mask_text,
}  # fmt: skip
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Field:
    """One field of both records; ``verdict`` is same, shared, differs or one side only.

    It is of the whole values, also when what is shown is masked.
    """

    name: str
    left: str
    right: str
    verdict: str


@dataclass(frozen=True)
class Step:
    """What one comparison found and how many bits it weighs; above zero speaks for a match."""

    comparison: str
    level: str
    bits: float


@dataclass(frozen=True)
class Pair:
    """A pair of records; ``left`` and ``right`` are `source:key`, weights are bits.

    Kind, status and weight are those of its link, null when nothing was decided about it.
    """

    left: str
    right: str
    customer_l: str | None
    customer_r: str | None
    kind: str | None
    status: str | None
    reason: str
    match_weight: float | None
    fields: tuple[Field, ...]
    evidence: tuple[Step, ...]

    def as_dict(self) -> dict[str, object]:
        """For machines."""
        return asdict(self)


def read_pairs(snapshot: Snapshot, status: str, *, with_values: bool) -> tuple[Pair, ...]:
    """The twenty pairs of a status most worth a look: the weakest accepted, else the strongest.

    Pairs that share a declared key are left out: there is nothing to judge by eye. Ties go to the
    smaller record ids.
    """
    direction = "asc" if status == "accepted" else "desc"
    pairs = _PAIRS.format(direction=direction)
    found = snapshot.query(pairs, {"status": status, "limit": _MOST})
    return lay_side_by_side(snapshot, found, with_values=with_values)


def lay_side_by_side(
    snapshot: Snapshot, pairs: pl.DataFrame, *, with_values: bool
) -> tuple[Pair, ...]:
    """Both records of each pair, and what spoke for and against.

    Args:
        snapshot: Where the records are.
        pairs: record_l, record_r, customer_id_l, customer_id_r, and of the link kind, status,
            reason, match_weight, evidence (null where there is none).
        with_values: Personal values whole instead of masked.
    """
    records = read_records(snapshot, pairs)
    return tuple(_pair(row, records, with_values=with_values) for row in pairs.to_dicts())


def read_records(snapshot: Snapshot, pairs: pl.DataFrame) -> Mapping[object, Row]:
    """The current records of pairs (record_l, record_r), by their id."""
    ids = pl.concat([pairs["record_l"], pairs["record_r"]]).unique().sort().cast(pl.String)
    found = snapshot.query(_RECORDS, {"ids": ids.to_list()})
    return {row["record_id"]: row for row in found.to_dicts()}


def compare_fields(
    left: Mapping[str, object], right: Mapping[str, object], *, with_values: bool
) -> tuple[Field, ...]:
    """Both records field by field; fields that neither states are left out.

    >>> one, other = {"surname": "Marsh", "sex": "F"}, {"surname": "MARSH", "emails": ["k@x.org"]}
    >>> [
    ...     (f.name, f.left, f.right, f.verdict)
    ...     for f in compare_fields(one, other, with_values=False)
    ... ]
    [('surname', 'M***', 'M***', 'same'), ('sex', '***', '', 'one side only'),
     ('emails', '', 'k***@x.org', 'one side only')]
    """
    fields = []
    for name, mask in _FIELDS.items():
        sides = [_texts(record.get(name)) for record in (left, right)]
        if any(sides):
            show: Mask = str if with_values else mask
            left_shown, right_shown = (", ".join(map(show, side)) for side in sides)
            fields.append(Field(name.replace("_", " "), left_shown, right_shown, _verdict(*sides)))
    return tuple(fields)


def read_evidence(evidence: str) -> tuple[Step, ...]:
    """The steps of a link's evidence, in its order; comparisons that weigh nothing are left out.

    >>> read_evidence('{"email": {"level": "same", "weight_bits": 9.5}}')
    (Step(comparison='email', level='same', bits=9.5),)
    """
    return tuple(step for step in read_steps(evidence) if step.bits)


def read_steps(evidence: str) -> tuple[Step, ...]:
    """All entries of a link's evidence that have a weight, be it 0, in their order."""
    parts: Mapping[str, Mapping[str, object]] = json.loads(evidence)
    steps = []
    for name, part in parts.items():
        bits = part.get("weight_bits")
        if isinstance(bits, int | float):
            steps.append(Step(name, str(part.get("level", "")), float(bits)))
    return tuple(steps)


def _pair(row: Row, records: Mapping[object, Row], *, with_values: bool) -> Pair:
    left, right = (records.get(row[side], {}) for side in ("record_l", "record_r"))
    weight, evidence = row["match_weight"], row["evidence"]
    return Pair(
        left=_name(left, with_values=with_values),
        right=_name(right, with_values=with_values),
        customer_l=_text(row["customer_id_l"]),
        customer_r=_text(row["customer_id_r"]),
        kind=_text(row["kind"]),
        status=_text(row["status"]),
        reason=str(row["reason"] or "not stated") if row["kind"] else "no link of their own",
        match_weight=None if weight is None else float(weight),
        fields=compare_fields(left, right, with_values=with_values),
        evidence=read_evidence(evidence) if evidence else (),
    )


def _name(record: Row, *, with_values: bool) -> str:
    show: Mask = str if with_values else mask_key
    return f"{record['source']}:{show(record['source_record_id'])}" if record else "not current"


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _texts(value: object) -> list[str]:
    if isinstance(value, list):
        return [str(one) for one in value]
    return [str(value)] if value not in (None, "") else []


def _verdict(left: Sequence[str], right: Sequence[str]) -> str:
    one, other = ({text.casefold() for text in side} for side in (left, right))
    if not one or not other:
        return "one side only"
    if one == other:
        return "same"
    return "shared" if one & other else "differs"
