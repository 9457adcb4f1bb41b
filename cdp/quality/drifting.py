"""Rules on one delivery beside those before it: columns, kinds, rows, blanks, categories.

Each says what has moved, how far, what was usual, and what to do. Small things never cry: three
earlier deliveries of fifty rows are the least that tells what is usual, and what chance alone
moves in so few rows is allowed for.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from cdp.project import Source, columns_named
from cdp.quality.checks import RuleResult
from cdp.quality.rules import BATCH_RULES, Rule
from cdp.store.stability import MIN_INDEX, stability_index

MIN_EARLIER = 3
MIN_ROWS = 50
MIN_STATED = 200
"""Of fewer stated values in either, a mix of categories tells nothing."""

_RULES = {rule.name: rule for rule in BATCH_RULES}
_MOST_TOLD = 5
_ENOUGH_TO_DROP = 14


@dataclass(frozen=True)
class Figures:
    """One column of a delivery, as ``ops.batch_columns`` has it."""

    rows: int
    stated: int
    kind: str | None
    kind_share: float | None
    shares: Mapping[str, float] | None

    @property
    def blank(self) -> float:
        """Share of rows in which it is blank."""
        return 1 - self.stated / max(self.rows, 1)


@dataclass(frozen=True)
class Batch:
    """One delivery: its rows as read from the file, and its columns by place and name."""

    delivery_id: str
    rows: int
    has_header: bool
    columns: Mapping[tuple[str, str], Figures]


@dataclass(frozen=True)
class Found:
    """What a rule found: how many things it looked at, and what is wrong with some of them."""

    looked_at: int
    wrong: Sequence[str]


def judge_batch(batch: Batch, earlier: Sequence[Batch], source: Source) -> list[RuleResult]:
    """All rules on a delivery as a whole; without enough earlier ones those on drift say nothing.

    Args:
        batch: The delivery.
        earlier: Accepted deliveries before it, in their order.
        source: Its contract.
    """
    results = []
    if source.expect_rows is not None:
        found = Found(1, list(_unexpected_rows(batch, source)))
        rule = replace(_RULES["row_count_is_expected"], severity=source.expect_rows.severity)
        results.append(_result(batch, rule, found, counted="deliveries"))
    telling = [one for one in earlier if one.rows >= MIN_ROWS]
    if source.drift == "none" or len(telling) < MIN_EARLIER:
        return results
    found_by_rule = {
        "row_count_is_usual": _row_count(batch, telling, source),
        "columns_are_not_new": _new_columns(batch, telling),
        "columns_are_not_gone": _gone_columns(batch, telling, source),
        "columns_keep_their_kind": _retyped(batch, telling),
        "blank_shares_are_usual": _blanks(batch, telling, source),
        "category_mixes_are_usual": _mixes(batch, telling),
    }
    for name, found in found_by_rule.items():
        rule = replace(_RULES[name], severity=source.drift)
        counted = "deliveries" if name == "row_count_is_usual" else "columns"
        results.append(_result(batch, rule, found, counted=counted))
    return results


def _result(batch: Batch, rule: Rule, found: Found, *, counted: str) -> RuleResult:
    more = len(found.wrong) - _MOST_TOLD
    told = "; ".join(found.wrong[:_MOST_TOLD]) + (f"; and {more} more" if more > 0 else "")
    # What is wrong, and what to do about it: the reason of the catalogue is the next step here.
    reason = f"{told}. {rule.next_step}" if told else rule.reason
    return RuleResult(
        batch.delivery_id, replace(rule, reason=reason), found.looked_at, (), len(found.wrong),
        counted="deliveries" if counted == "deliveries" else "columns",
    )  # fmt: skip


def _unexpected_rows(batch: Batch, source: Source) -> Iterator[str]:
    if source.expect_rows is None:
        return
    least, most = source.expect_rows.min, source.expect_rows.max
    if least is not None and batch.rows < least:
        yield f"{batch.rows:,} rows came, at least {least:,} are expected"
    if most is not None and batch.rows > most:
        yield f"{batch.rows:,} rows came, at most {most:,} are expected"


def usual_rows(counts: Sequence[int], *, is_whole: bool) -> tuple[int, int]:
    """Between which numbers of rows a delivery is as usual.

    From half of the fewest to twice the most; of whole lists, which grow slowly, from two thirds
    to one and a half. One odd delivery among many widens it not.

    >>> usual_rows([100, 120, 110], is_whole=False), usual_rows([90, 120, 110], is_whole=True)
    ((50, 240), (60, 180))
    >>> usual_rows([100] * 14 + [9000], is_whole=False)
    (50, 200)
    """
    ordered = sorted(counts)
    if len(ordered) >= _ENOUGH_TO_DROP:
        ordered = ordered[1:-1]
    factor = 1.5 if is_whole else 2.0
    return math.floor(ordered[0] / factor), math.ceil(ordered[-1] * factor)


def _row_count(batch: Batch, earlier: Sequence[Batch], source: Source) -> Found:
    counts = [one.rows for one in earlier]
    least, most = usual_rows(counts, is_whole=source.sync_mode == "full_refresh")
    if least <= batch.rows <= most:
        return Found(1, [])
    told = f"{least:,} to {most:,} are usual (the last {len(counts)} had {min(counts):,} to"
    return Found(1, [f"{batch.rows:,} rows came; {told} {max(counts):,})"])


def _of_file(batch: Batch) -> dict[str, Figures]:
    return {name: figures for (place, name), figures in batch.columns.items() if place == "file"}


def _new_columns(batch: Batch, earlier: Sequence[Batch]) -> Found:
    known = {name for one in earlier for name in _of_file(one)}
    columns = _of_file(batch)
    # A name in a header is there at once; a rare member of JSON objects may just not have come.
    new = [
        f"{_called(name)} is new ({1 - figures.blank:.0%} of rows state it)"
        for name, figures in sorted(columns.items())
        if name not in known
        and (batch.has_header or (figures.rows >= MIN_ROWS and figures.blank < _RARE))
    ]
    return Found(len(columns), new)


def _called(name: str, *, bare: bool = False) -> str:
    """A column in a sentence; one whose name looks like a value is known by its place."""
    if _PLACE.fullmatch(name):
        return name
    return f"`{name}`" if bare else f"column `{name}`"


_PLACE = re.compile(r"column [0-9]+")

_RARE = 0.8
"""A member that more rows than these lack may lack in all rows of a delivery by chance."""


def _gone_columns(batch: Batch, earlier: Sequence[Batch], source: Source) -> Found:
    columns = _of_file(batch)
    before = [_of_file(one) for one in earlier]
    # A header that lacks what the contract names is told by another rule.
    told = set(columns_named(source)) if batch.has_header else set()
    steady = {
        name
        for name in before[-1]
        if name not in told
        and all(name in one and (batch.has_header or one[name].blank < _RARE) for one in before)
    }
    if not batch.has_header and batch.rows < MIN_ROWS:
        return Found(len(steady), [])
    gone = [
        f"{_called(name)} is gone (each of the last {len(before)} deliveries had it)"
        for name in sorted(steady - set(columns))
    ]
    return Found(len(steady), gone)


def _retyped(batch: Batch, earlier: Sequence[Batch]) -> Found:
    judged, wrong = 0, []
    for name, figures in sorted(_of_file(batch).items()):
        before = [f for one in earlier if (f := _of_file(one).get(name)) and f.stated >= MIN_ROWS]
        kinds = {f.kind for f in before if _is_clear(f)}
        if figures.stated < MIN_ROWS or len(before) < MIN_EARLIER or len(kinds) != 1:
            continue
        if not all(map(_is_clear, before)):
            continue
        judged += 1
        (kind,) = kinds
        if figures.kind != kind and _is_clear(figures):
            wrong.append(f"{_called(name)} holds {_KINDS[figures.kind]}, {_KINDS[kind]} before")
    return Found(judged, wrong)


_KINDS = {
    None: "nothing", "text": "text", "number": "numbers", "time": "dates or times",
    "boolean": "yes or no", "nested": "lists or objects",
}  # fmt: skip


def _is_clear(figures: Figures) -> bool:
    return (figures.kind_share or 0.0) >= 0.8


def _blanks(batch: Batch, earlier: Sequence[Batch], source: Source) -> Found:
    named = {column.partition(".")[0] for column in columns_named(source)}
    judged, wrong = 0, []
    for (place, name), figures in sorted(batch.columns.items()):
        if place == "file" and name in named:
            continue  # what the contract reads of it is judged instead
        before = [f for one in earlier if (f := one.columns.get((place, name))) and f.rows]
        if figures.rows < MIN_ROWS or len(before) < MIN_EARLIER:
            continue
        judged += 1
        if figures.blank > _most_blank(figures, before):
            usual = _percents([f.blank for f in before])
            called = _called(name, bare=True)
            wrong.append(f"{called} is blank in {figures.blank:.0%} of rows, {usual} before")
    return Found(judged, wrong)


def _most_blank(figures: Figures, before: Sequence[Figures]) -> float:
    """The share of blanks past which there are more than usual: the most before, and some room.

    Room is ten points, the spread of the earlier shares or six standard errors, whichever is most.
    """
    shares = [f.blank for f in before]
    most, spread = max(shares), max(shares) - min(shares)
    share = min(max(most, 0.02), 0.98)
    fewest = min(f.rows for f in before)
    error = math.sqrt(share * (1 - share) * (1 / figures.rows + 1 / fewest))
    return most + max(0.1, spread, 6 * error)


def _percents(shares: Sequence[float]) -> str:
    least, most = f"{min(shares):.0%}", f"{max(shares):.0%}"
    return most if least == most else f"{least} to {most}"


def _mixes(batch: Batch, earlier: Sequence[Batch]) -> Found:
    judged, wrong = 0, []
    for key, figures in sorted(batch.columns.items()):
        before = [
            f
            for one in earlier
            if (f := one.columns.get(key)) and f.shares and f.stated >= MIN_STATED
        ]
        if not figures.shares or figures.stated < MIN_STATED or len(before) < MIN_EARLIER:
            continue
        judged += 1
        usual = _mean([f.shares or {} for f in before])
        index = _index(usual, figures.shares)
        if index >= _most_moved(figures, before, usual):
            wrong.append(_moved(key[1], usual, figures.shares, index))
    return Found(judged, wrong)


def _most_moved(figures: Figures, before: Sequence[Figures], usual: Mapping[str, float]) -> float:
    """The index from which a mix has moved: the rule of thumb, or twice what is usual or chance."""
    words = {*usual, *(figures.shares or {})}
    stated = sum(f.stated for f in before)
    chance = (len(words) - 1) * (1 / figures.stated + 1 / stated)
    usually = max(
        _index(_mean([f.shares or {} for f in before if f is not one]), one.shares or {})
        for one in before
    )
    return max(MIN_INDEX, 3 * chance, 2 * usually)


def _mean(mixes: Sequence[Mapping[str, float]]) -> dict[str, float]:
    words = sorted({word for mix in mixes for word in mix})
    return {word: sum(mix.get(word, 0.0) for mix in mixes) / len(mixes) for word in words}


def _index(was: Mapping[str, float], now: Mapping[str, float]) -> float:
    words = sorted({*was, *now})
    return stability_index([was.get(w, 0.0) for w in words], [now.get(w, 0.0) for w in words])


def _moved(name: str, was: Mapping[str, float], now: Mapping[str, float], index: float) -> str:
    word = max(sorted({*was, *now}), key=lambda w: abs(now.get(w, 0.0) - was.get(w, 0.0)))
    # Of an attribute only the fingerprint of the word is known.
    called = "one value" if word.startswith("#") else f"`{word}`"
    shares = f"{was.get(word, 0.0):.0%} to {now.get(word, 0.0):.0%}"
    return f"the mix of `{name}` moved most at {called}: {shares} (stability index {index:.2f})"
