"""Rows that are no customer's: agents, bots, test leads, totals, as far as the sample shows any."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cdp.drafting.headers import QUALIFIED, fit, plain
from cdp.drafting.sample import Column, Sample
from cdp.drafting.vocabulary import roles, words

_BOTS = "(?i)bot\\b|crawler|spider"
_TEST_LEAD = "<test lead"


@dataclass(frozen=True)
class Nobody:
    """One rule of ``set_aside``, with its reason."""

    reason: str
    column: str
    matches: str
    score: float
    why: str


def nobodies(sample: Sample, *, is_events: bool) -> list[Nobody]:
    """The rules by which rows are set aside, in the order of the columns."""
    found = [one for column in sample.columns for one in _of_column(column, is_events=is_events)]
    return [*found, *_headers(sample), *_totals(sample)]


def _headers(sample: Sample) -> Iterator[Nobody]:
    if sample.repeated_headers:
        name = sample.column_names[0]
        pattern = r"\s+".join(map(re.escape, name.split()))
        why = f"{sample.repeated_headers} rows are the header once more"
        yield Nobody("header", name, f"^{pattern}$", 0.95, why)


def _totals(sample: Sample) -> Iterator[Nobody]:
    """The row of sums at the end of a report: its first cell says so, and in no other row."""
    last = sample.rows[-1] if len(sample.rows) > 1 else {}
    first = next(((name, cell.strip()) for name, cell in last.items() if cell.strip()), None)
    if first is None:
        return
    name, cell = first
    word = cell.rstrip(" :").casefold()
    if word in words("totals") and sample.column(name).values.count(cell) == 1:
        why = "the last row is one of sums"
        yield Nobody("total", name, f"(?i)^{re.escape(word)}\\W*$", 0.9, why)


def _of_column(column: Column, *, is_events: bool) -> Iterator[Nobody]:
    parts = {value.casefold() for value in column.values} if _tells_parts(column) else set()
    for reason in ("agents", "bots"):
        found = [word for word in words(reason) if word in parts]
        if found:
            pattern = f"(?i)^({'|'.join(map(re.escape, found))})$"
            why = f"{len(found)} of its words mean somebody of the company's own"
            yield Nobody(reason.removesuffix("s"), column.name, pattern, 0.85, why)
    prefixed = sum(value.startswith("agent:") for value in column.values)
    if prefixed:
        why = f"{prefixed} of {len(column.values)} values begin so"
        yield Nobody("agent", column.name, "^agent:", 0.8, why)
    tests = sum(_TEST_LEAD in value for value in column.values)
    if tests:
        yield Nobody("test lead", column.name, _TEST_LEAD, 0.95, f"{tests} values are of a test")
    if is_events and _is_user_agent(column):
        yield Nobody(
            "bot", column.name, _BOTS, 0.6, "the program of a visitor; robots name themselves"
        )


def _tells_parts(column: Column) -> bool:
    known = words("part_headers")
    leaf = plain(column.name.rpartition(".")[2])
    is_typed = leaf == "type" and "author" in plain(column.name)
    return is_typed or fit(column.name, headers=known, qualifiers=roles().qualifiers) >= QUALIFIED


def _is_user_agent(column: Column) -> bool:
    known = ("user agent", "useragent")
    is_called = fit(column.name, headers=(), alone=known, qualifiers=roles().qualifiers)
    return is_called >= QUALIFIED and bool(column.values)
