"""Which column says when: of an event, of a change of a list."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cdp.drafting.headers import ENDING, QUALIFIED, fit, has_words, plain
from cdp.drafting.sample import Column, Sample
from cdp.drafting.times import Written, is_epoch, says_time, states_zone, written_times
from cdp.drafting.vocabulary import roles, words

_SAYS_UTC = re.compile(r"(?:^| )(?:utc|gmt)$")


@dataclass(frozen=True)
class Moment:
    """A column of times, how they are written, and how sure it is that they are what is wanted."""

    column: Column
    written: Written
    score: float
    reason: str


def time_columns(sample: Sample, *, is_month_first: bool) -> dict[str, Written]:
    """The columns that hold times, in the order of the file; numbers only if the header says so."""
    found = {}
    for column in sample.columns:
        tested = column.tested
        header = plain(column.name)
        if (
            not sample.rows
            and _rank(column.name, [words("occurred"), words("observed")])[0] >= QUALIFIED
        ):
            found[column.name] = Written("auto", 0, 0, None, has_zone=False)
        if not tested or (all(map(is_epoch, tested)) and not says_time(header)):
            continue
        written = written_times(tested, is_month_first=is_month_first)
        if written is not None:
            found[column.name] = written
    return found


def occurred(sample: Sample, times: Mapping[str, Written]) -> Moment | None:
    """The column that says when an event was; null when the file has no time of its own."""
    return _best(sample, times, [words("occurred")], "event")


def observed(sample: Sample, times: Mapping[str, Written]) -> Moment | None:
    """The column that says when a row of people was changed, else when it came; null without."""
    return _best(sample, times, [words("observed"), words("came")], "row")


def is_of_change(moment: Moment | None) -> bool:
    """Whether a time says when a row was changed last."""
    return moment is not None and _rank(moment.column.name, [words("observed")])[0] >= QUALIFIED


def _best(
    sample: Sample, times: Mapping[str, Written], lists: Sequence[Sequence[str]], of: str
) -> Moment | None:
    candidates = []
    for name, written in times.items():
        column = sample.column(name)
        if has_words(plain(name), words("technical")) or is_of_birth(name):
            continue
        degree, place = _rank(name, lists)
        filled = len(column.values) / max(column.rows, 1)
        candidates.append(
            (
                degree >= QUALIFIED,
                degree > 0,
                filled > 0.8,
                -place,
                filled,
                -column.place,
                column,
                written,
                degree,
            )
        )
    if not candidates:
        return None
    *_, column, written, degree = max(candidates, key=lambda c: c[:6])
    if degree == 0 and (len(candidates) > 1 or of == "row"):
        return None
    share = written.read / written.seen if written.seen else 0.6
    header = "the header says so" if degree >= QUALIFIED else "the header hints at it"
    if degree == 0:
        header = "it is the only time there is"
    score = share * (0.95 if degree >= QUALIFIED else 0.65 if degree >= ENDING else 0.5)
    score *= 0.5 + 0.5 * (len(column.values) / column.rows if column.rows else 1)
    said = f"{written.read} of {written.seen} values are times; {header}"
    if not written.seen:
        said = f"{header}; there is no row to tell by"
    lacking = column.rows - len(column.values)
    if lacking and of == "event":
        said += f"; {lacking} of {column.rows} rows have none and go to quarantine"
    return Moment(column, written, score, said)


def is_of_birth(header: str) -> bool:
    """Whether a header is of a birth date: it says when no row was made."""
    (role,) = (role for role in roles().roles if role.name == "birth_date")
    return has_words(plain(header), role.headers | role.alone)


def _rank(name: str, lists: Sequence[Sequence[str]]) -> tuple[float, int]:
    """How well a header fits one of some lists, and its place in them: lower is better."""
    known = roles().qualifiers
    header = re.sub(r" (?:utc|gmt)$", "", plain(name))
    place = 0
    weak: tuple[float, int] = (0.0, 10_000)
    for listed in lists:
        for word in listed:
            place += 1
            degree = fit(header, headers=(word,), qualifiers=known)
            if degree >= QUALIFIED:
                return degree, place
            if degree >= ENDING and weak[0] < degree:
                weak = (degree, place)
    return weak


def zone_of(moment: Moment, sample: Sample) -> tuple[str | None, str]:
    """The zone to write for a time, and why; null where the values say it or the project must."""
    if moment.written.timezone:
        return moment.written.timezone, "the values say so"
    if moment.written.has_zone:
        return None, ""
    if _SAYS_UTC.search(plain(moment.column.name)):
        return "UTC", "the header says so"
    names = (plain(name) for name in sample.column_names)
    if any(has_words(name, ("fivetran", "airbyte", "sdc")) for name in names):
        return "UTC", "a connector to a warehouse wrote the file, and those write UTC"
    tested = moment.column.tested
    stated = sum(map(states_zone, tested))
    if stated:
        some = f"{len(tested) - stated} of {len(tested)} values state no zone"
        return None, f"{some}: for those that of the project is taken, ask whether it is theirs"
    return None, "no zone is stated: that of the project is taken"
