"""A case side by side, and rulings with how they stand, on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from cdp.explain.masking import mask_source_key
from cdp.explain.render.cells import grid, plain
from cdp.explain.render.why import LEGEND
from cdp.explain.stewards import Case, RulingState
from cdp.explain.why import Line, Sides
from cdp.explain.why.wording import reason, title
from cdp.store.rulings import Ruling

_WORDS = {"must_link": "one person", "cannot_link": "two people"}


def case(found: Case, sides: Sides, *, place: str) -> RenderableType:
    """What a steward needs to say whether two records are one person; values whole."""
    rows: list[tuple[object, ...]] = [
        (_mark(line), title(line.what), line.left, line.right, line.says, _bits(line.bits))
        for line in sides.lines
    ]
    if sides.weight is not None:
        rows.append(("", "sum", "", "", "", _bits(sides.weight)))
    columns = ("", "what", sides.left.name, sides.right.name, "says", "bits")
    return Group(
        Text(f"{place}: {_question(found)}", "bold"),
        *_why(sides),
        grid("The two records (≠ differ, = agree)", columns, rows, right=1),
        Text(LEGEND, "dim"),
    )


def ruled(
    states: Sequence[RulingState],
    *,
    is_withdrawn: bool,
    replaced: Sequence[Ruling] = (),
    repeated: Sequence[Ruling] = (),
    near: Sequence[str] = (),
) -> RenderableType:
    """What was just ruled, what it replaces, keys near to unknown ones, and when it counts."""
    told = ["Withdrawn."] if is_withdrawn else []
    told += [*replaced_lines(replaced), *repeated_lines(repeated)]
    for one in () if is_withdrawn else states:
        told.append(f"{one.left} and {one.right} are {_WORDS[one.ruling]}, says {one.ruled_by}.")
        if one.state != "waiting":
            told.append(f"{one.state}: {one.why}")
    return Group(*(Text(plain(line)) for line in [*told, *near, "The next run reads it: cdp run"]))


def replaced_lines(replaced: Sequence[Ruling]) -> list[str]:
    """What was in force till now, and who had said it; a line each."""
    return [
        f"This replaces {one.ruled_by}'s {one.ruling.replace('_', ' ')} of"
        f" {one.ruled_at:%Y-%m-%d %H:%M} on {' and '.join(map(mask_source_key, one.pair))}."
        for one in replaced
    ]


def repeated_lines(repeated: Sequence[Ruling]) -> list[str]:
    """What had been ruled so before, and by whom; a line each."""
    return [
        f"{one.ruled_by} ruled so on {one.ruled_at:%Y-%m-%d %H:%M} already, on"
        f" {' and '.join(map(mask_source_key, one.pair))}: nothing is added."
        for one in repeated
    ]


def rulings(states: Sequence[RulingState], notices: Sequence[str]) -> RenderableType:
    """Every ruling and its state; contradictions in full below."""
    if not states and not notices:
        return Text("Nothing is ruled yet. `cdp review` shows what is in doubt.")
    names = ("ruling", "record", "record", "by, day", "note", "state")
    rows = [
        (one.ruling.replace("_", " "), one.left, one.right, f"{one.ruled_by}, {one.ruled_at[:10]}",
         one.note, one.state)
        for one in states
    ]  # fmt: skip
    told = dict.fromkeys(
        f"{one.state}: {one.why}" for one in states if one.state not in ("applied", "waiting")
    )
    return Group(grid("Rulings", names, rows), *(Text(plain(line)) for line in [*told, *notices]))


def _question(found: Case) -> str:
    moved = (
        f"{found.records} record{'s' * (found.records != 1)} and {found.touchpoints}"
        f" touchpoint{'s' * (found.touchpoints != 1)}"
    )
    if found.change == "join":
        return f"two customers now; if one person, {moved} move to the other"
    return f"one customer now; if two people, {moved} are parted from the rest"


def _why(sides: Sides) -> Iterator[Text]:
    if sides.status == "refused":
        yield Text(plain(f"Refused: {reason(sides.reason or '')}."))


def _mark(line: Line) -> str:
    left, right = ({value.casefold() for value in side} for side in (line.left, line.right))
    # A name that was read out of a mailbox is not shown, so no eye can see whether it agrees.
    if not left or not right or any(value.startswith("(read from") for value in left | right):
        return ""
    return "=" if left & right else "≠"


def _bits(bits: float | None) -> str:
    return "" if bits is None else f"{bits:+.1f}"
