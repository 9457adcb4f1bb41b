"""What a contract made nothing of, row by row: keys and times missing, values dropped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cdp.project import Source

Row = Mapping[str, Any]
Misreading = tuple[str, str]
"""A column of the file, or several that make one value, and what is wrong."""

_PARTS = ("given_name", "middle_name", "surname", "title", "suffix")
_PLACES = ("street", "unit", "city", "region", "postcode", "country")
_MADE_OF = {"full_name": _PARTS, "address": _PLACES}
_LISTS = {"emails": "email", "phones": "phone", "devices": "device", "handles": "handle"}


def misreadings(source: Source, raw: Row, mapped: Row, checked: Row) -> list[Misreading]:
    """What is wrong with one row, given as it came, as it was mapped and as cleaned; sorted.

    A row that could not be read at all, or that is set aside, has none.
    """
    if mapped["fault"] or mapped["set_aside"]:
        return []
    found = {
        *_missing_keys(source, mapped),
        *_unread(source, mapped, checked),
        *_silent_consents(source, raw, mapped),
        *_dropped(source, mapped, checked),
    }
    return sorted(found)


def counted(found: Sequence[Sequence[Misreading]]) -> list[dict[str, object]]:
    """Column, what is wrong and in how many rows; the most rows first.

    >>> counted([[("Mail", "dropped")], [("Mail", "dropped"), ("id", "the key is missing")]])[0]
    {'column': 'Mail', 'what': 'dropped', 'rows': 2}
    """
    rows = Counter(one for row in found for one in row)
    ordered = sorted(rows.items(), key=lambda item: (-item[1], item[0]))
    return [{"column": column, "what": what, "rows": n} for (column, what), n in ordered]


def _missing_keys(source: Source, mapped: Row) -> Iterator[Misreading]:
    ref = source.person_ref.key if source.person_ref else None
    for name, columns in (
        ("record_key", source.record_key), ("touchpoint_key", source.touchpoint_key),
        ("ref_key", ref),
    ):  # fmt: skip
        if columns is not None and mapped[name] is None:
            yield ", ".join(columns), "the key is missing: the row goes to quarantine"


def _unread(source: Source, mapped: Row, checked: Row) -> Iterator[Misreading]:
    occurred, observed = source.occurred_at, source.observed_at
    if occurred and checked["occurred_at"] is None:
        told = "is missing" if mapped["occurred_at_stated"] is None else "cannot be read"
        yield occurred.column, f"the time of the event {told}: the row goes to quarantine"
    if observed and checked["is_observed_at_read"] is False:
        yield observed.column, "the time cannot be read: the file's is taken"
    if source.amount and checked["is_amount_read"] is False:
        yield source.amount.column, "the amount is no number: the row goes to quarantine"
    if source.score and checked["is_score_read"] is False:
        yield source.score, "the score is no number: it is left empty"


def _silent_consents(source: Source, raw: Row, mapped: Row) -> Iterator[Misreading]:
    for channel, consent in source.consent.items():
        column = consent.from_column
        if column is None:
            continue
        path = column.split(".") if source.format.has_paths else [column]
        if mapped[f"{channel}_consent"] is None and _cell(raw, path):
            yield column, "the word is neither granted nor refused: it says nothing"


def _cell(value: object, path: Sequence[str]) -> str:
    for part in path:
        value = value.get(part) if isinstance(value, Mapping) else None
    return "" if value is None else str(value).strip()


def _dropped(source: Source, mapped: Row, checked: Row) -> Iterator[Misreading]:
    for field, columns in source.person.items():
        stated, kept = _stated_and_kept(field, mapped, checked)
        if stated > kept:
            yield ", ".join(columns), f"no usable {field.replace('_', ' ')}: the value is dropped"


def _stated_and_kept(field: str, mapped: Row, checked: Row) -> tuple[int, int]:
    for name, word in _LISTS.items():
        if word == field:
            return len(set(mapped[name] or ())), len(checked[name] or ())
    made = _MADE_OF.get(field, (field,))
    is_kept = any(checked[name] is not None for name in made)
    return int(mapped[field] is not None), int(is_kept)
