"""Two records side by side: what each states, what the comparison says, and its bits."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import Any

from cdp.explain.judging import Step, read_steps
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
from cdp.explain.why.wording import NOT_OF_THE_RECORDS, outline, said

_RECORDS = """
    select record_id, source, source_record_id, given_name, middle_name, surname, suffix,
        cast(birth_date as varchar) as birth_date, sex, emails, phones, devices, handles,
        street, unit, city, postcode, region, company, attributes
    from records where is_current and record_id in (select unnest($ids::bigint[]))
"""
_EVENTS = """
    select record_id, min_by(source_touchpoint_id, (occurred_at, touchpoint_id)) as key
    from timeline where list_contains($ids::bigint[], record_id) group by record_id
"""
_KEYS = """
    select record_id, list(value order by value) as keys from identifiers
    where kind = 'customer_key' and record_id in (select unnest($ids::bigint[])) group by all
"""
_READ: Mapping[str, tuple[tuple[str, ...], Mask]] = {
    "declared_key": (("keys",), mask_text),
    "given_name": (("given_name",), mask_text), "surname": (("surname",), mask_text),
    "middle_name": (("middle_name",), mask_text), "birth_date": (("birth_date",), mask_date),
    "sex": (("sex",), mask_whole), "suffix": (("suffix",), mask_whole),
    "email": (("emails",), mask_email), "phone": (("phones",), mask_number),
    "device": (("devices",), mask_number), "handle": (("handles",), mask_text),
    "street": (("street",), mask_text), "unit": (("unit",), mask_text),
    "place": (("city", "region", "postcode"), mask_text), "company": (("company",), mask_text),
}  # fmt: skip
"""What each comparison reads of a record, and how its values are masked."""

_NO_VALUES = NOT_OF_THE_RECORDS | {"always_link", "ruling", "all_stated"}
_INFERRED = "(read from mailbox or handle)"
_FOUND_BY = re.compile(r"; found by (.*)", re.DOTALL)
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Record:
    """A record by name: ``key`` is the source's own, ``customer_id`` its customer today.

    A person inside an event has a long made-up key; ``event`` is that of the first such event.
    """

    record_id: int
    source: str
    key: str
    customer_id: str | None
    event: str | None = None

    @property
    def name(self) -> str:
        """`source:key`, by which one can ask for it."""
        return f"{self.source}:{self.event or self.key}"

    def masked(self) -> Record:
        """Keys that are a personal value are masked."""
        return replace(self, key=mask_key(self.key), event=self.event and mask_key(self.event))


@dataclass(frozen=True)
class Line:
    """One thing compared: what either record states, what that says, and its bits.

    ``bits`` are as shown, to a tenth; null where nothing is weighed.
    """

    what: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    says: str
    bits: float | None


@dataclass(frozen=True)
class Sides:
    """Two records, what was decided about them, and why.

    Without a link of their own, ``kind`` and ``status`` are null. ``match_weight`` is in bits, null
    when the pair was not weighed; ``weight`` the same to a tenth: the sum of the bits of the
    ``lines``. ``is_anew``: it was weighed just now, with the published model. ``speaks_for`` and
    ``against`` name what says most.
    """

    left: Record
    right: Record
    kind: str | None
    status: str | None
    reason: str | None
    match_weight: float | None
    weight: float | None
    lines: tuple[Line, ...]
    speaks_for: str = ""
    against: str = ""
    is_anew: bool = False

    @property
    def found_by(self) -> str | None:
        """The blocking rule that made the two a candidate pair; null for other links."""
        found = _FOUND_BY.search(self.reason or "")
        return found[1] if found else None

    def masked(self) -> Sides:
        """The same without personal values; what is said of them stays."""
        return replace(
            self,
            left=self.left.masked(),
            right=self.right.masked(),
            lines=tuple(_masked(line) for line in self.lines),
        )


def lay_out(snapshot: Snapshot, rows: Sequence[Row]) -> tuple[Sides, ...]:
    """Both records of each pair, side by side.

    Args:
        snapshot: Where the records are.
        rows: record_l, record_r, customer_id_l, customer_id_r and, null where there is no link,
            kind, status, reason, match_weight, evidence. The records are shown in this order.
    """
    ids = sorted({int(row[side]) for row in rows for side in ("record_l", "record_r")})
    asked: Mapping[str, list[str]] = {"ids": [str(record) for record in ids]}
    stated = {row["record_id"]: row for row in snapshot.query(_RECORDS, asked).to_dicts()}
    keys = dict(snapshot.query(_KEYS, asked).rows())
    events = dict(snapshot.query(_EVENTS, asked).rows())
    whole = {
        record: json.loads(row["attributes"] or "{}")
        | {**row, "keys": keys.get(record), "event": events.get(record)}
        for record, row in stated.items()
    }
    return tuple(_sides(row, whole) for row in rows)


def shown_bits(bits: Sequence[float], total: float) -> tuple[float, ...]:
    """Bits to a tenth that add up to the total to a tenth.

    Each is the step between two rounded sums, so none is off by more than a tenth.

    >>> shown_bits([-13.26, 9.96, 4.84], 1.54)
    (-13.3, 10.0, 4.8)
    """
    ends = [0.0, *accumulate(bits)]
    tenths = [round(end * 10) for end in [*ends[:-1], total]]
    return tuple((after - before) / 10 for before, after in pairwise(tenths))


def tenth(bits: float) -> float:
    """Bits as they are shown; ties go to the even tenth, as in `shown_bits`."""
    return round(bits * 10) / 10


def _sides(row: Row, stated: Mapping[int, Row]) -> Sides:
    left, right = (stated.get(row[side], {}) for side in ("record_l", "record_r"))
    steps = read_steps(row["evidence"] or "{}")
    weight = row["match_weight"]
    speaks_for, against = outline(steps)
    return Sides(
        left=name_record(row["record_l"], left, row["customer_id_l"]),
        right=name_record(row["record_r"], right, row["customer_id_r"]),
        kind=row["kind"],
        status=row["status"],
        reason=row["reason"],
        match_weight=weight,
        weight=None if weight is None else tenth(float(weight)),
        lines=(*_weighed(steps, weight, left, right), *_unweighed(steps, left, right)),
        speaks_for=speaks_for,
        against=against,
    )


def _weighed(steps: Sequence[Step], weight: float | None, left: Row, right: Row) -> list[Line]:
    """One line per entry of the evidence; what weighs nothing and compares nothing is left out."""
    shared = {*(left.get("keys") or ())} & {*(right.get("keys") or ())}
    left, right = ({**side, "keys": sorted(shared)} for side in (left, right))
    told = [s for s in steps if s.bits or s.comparison not in NOT_OF_THE_RECORDS]
    bits = shown_bits([step.bits for step in told], weight or 0.0)
    lines = [
        Line(
            step.comparison,
            _values(step.comparison, left, is_compared=True),
            _values(step.comparison, right, is_compared=True),
            said(step),
            one,
        )
        for step, one in zip(told, bits, strict=True)
    ]
    return [line for line in lines if line.bits or line.what not in NOT_OF_THE_RECORDS]


def _unweighed(steps: Sequence[Step], left: Row, right: Row) -> list[Line]:
    """What is stated but not weighed: mostly by one side only."""
    weighed = {step.comparison: step.level for step in steps}
    swapped = weighed.get("given_name") == "swapped with surname"
    lines = []
    for comparison in (name for name in _READ if name != "declared_key"):
        one, other = _values(comparison, left), _values(comparison, right)
        if comparison not in weighed and (one or other):
            told = "see first name" if swapped and comparison == "surname" else _unsaid(one, other)
            lines.append(Line(comparison, one, other, told, None))
    return lines


def _unsaid(one: tuple[str, ...], other: tuple[str, ...]) -> str:
    if not one or not other:
        return "only one states it"
    left, right = ({value.casefold() for value in side} for side in (one, other))
    if left & right:
        return "agree, not weighed"
    return "differ, not weighed"


def _values(comparison: str, stated: Row, *, is_compared: bool = False) -> tuple[str, ...]:
    if comparison in _NO_VALUES:
        return ()
    # A comparison of the project's own reads the attribute of its name.
    columns, _ = _READ.get(comparison, ((comparison,), mask_whole))
    values = [text for column in columns for text in _texts(stated.get(column))]
    if not values and is_compared and comparison in ("given_name", "surname"):
        return (_INFERRED,)
    return tuple(values)


def _texts(value: object) -> list[str]:
    if isinstance(value, list):
        return [str(one) for one in value]
    return [str(value)] if value not in (None, "") else []


def _masked(line: Line) -> Line:
    _, mask = _READ.get(line.what, ((), mask_whole))
    sides = [
        tuple(value if value == _INFERRED else mask(value) for value in side)
        for side in (line.left, line.right)
    ]
    return replace(line, left=sides[0], right=sides[1])


def name_record(record_id: int, stated: Row, customer_id: str | None) -> Record:
    """A record by source, source_record_id and event of its row; its id where it is not current."""
    source, key = stated.get("source", "record"), str(stated.get("source_record_id", record_id))
    event = stated.get("event") if key.startswith("person:") else None
    return Record(record_id, source, key, customer_id, event)
