"""Why records are one customer or are not, on a terminal; values whole, as `cdp show` has them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from cdp.explain.render.cells import grid, plain
from cdp.explain.why import Arrival, OfOne, OfTwo, Sides, Why
from cdp.explain.why.verdicts import why_linked
from cdp.explain.why.wording import title

LEGEND = (
    "Bits add up: each one doubles the odds that the two are one person, each one below zero"
    " halves them; 0 is even odds."
)
_NEWEST = 20
_EVENTS = ("when", "customer", "what", "into or off", "records")


def why(found: Why, page: str | None = None) -> RenderableType:
    """The verdict, then what it rests on; and where the page is, if one was written."""
    parts = _of_one(found) if isinstance(found, OfOne) else _of_two(found)
    notes = [_line(note) for note in found.notes]
    written = [_line(page)] if page else []
    return Group(_line(found.verdict, "bold"), *notes, _line(""), *parts, *written)


def decision(pair: Sides) -> str:
    """What was decided about a pair, by whom, and how it was found."""
    if pair.is_anew:
        return "weighed just now; what rival records take or leave is not counted"
    if pair.status is None:
        return "nothing was decided about these two"
    reason = (pair.reason or "").partition("; found by ")[0]
    found_by = f" · compared because of: {pair.found_by}" if pair.found_by else ""
    return f"{pair.status} · {pair.kind} · {reason}{found_by}"


def besides(found: OfTwo) -> dict[str, Sides]:
    """Other pairs that help to understand, by heading."""
    told = {
        "The strongest decided pair between their two customers": found.nearest,
        "The strongest other link of either record": found.rival,
    }
    return {heading: pair for heading, pair in told.items() if pair}


def _of_two(found: OfTwo) -> Iterator[RenderableType]:
    if found.chain:
        weakest = min(hop.weight or 0.0 for hop in found.chain)
        hops: list[tuple[object, ...]] = [
            (hop.left.name, hop.right.name, why_linked(hop), hop.weight,
             "weakest" if hop.weight == weakest else "")
            for hop in found.chain
        ]  # fmt: skip
        yield _links("The chain", ("from", "to", "because", "bits", ""), hops)
    yield from _sides(found.pair, "The two themselves" if found.chain else "The two records")
    for heading, hop in besides(found).items():
        rows = [(hop.left.name, hop.right.name, hop.status, why_linked(hop), hop.weight)]
        yield _links(heading, ("record", "record", "status", "because", "bits"), rows)


def _sides(pair: Sides, heading: str) -> Iterator[RenderableType]:
    one, other = pair.left.customer_id, pair.right.customer_id
    rows: list[tuple[object, ...]] = [
        ("customer", one, other, "the same" if one == other else "two", "")
    ]
    rows += [
        (title(line.what), line.left, line.right, line.says, _bits(line.bits))
        for line in pair.lines
    ]
    if pair.weight is not None:
        rows.append(("sum", "", "", "", _bits(pair.weight)))
    columns = ("what", pair.left.name, pair.right.name, "says", "bits")
    yield grid(heading, columns, rows, right=1)
    yield _line(decision(pair))
    if pair.weight is not None:
        yield _line(LEGEND, "dim")


def _of_one(found: OfOne) -> Iterator[RenderableType]:
    rows = [
        (one.came_at, one.record.name, one.link.right.name if one.link else "",
         joined(found, one), one.link and one.link.weight)
        for one in found.arrivals
    ]  # fmt: skip
    heading = "How it grew: each record and its strongest link to an earlier one"
    yield _links(heading, ("delivered", "record", "joined to", "because", "bits"), rows)
    if found.weakest:
        yield _line(bridge(found))
        yield _line("")
    if found.kept_out:
        out = [(p.left.name, p.right.name, why_linked(p), p.weight) for p in found.kept_out]
        heading = "Kept out: the strongest pairs that did not link"
        yield _links(heading, ("of this customer", "kept out", "because", "bits"), out)
    if found.changes.height:
        events = [
            (c["changed_at"], c["customer_id"], c["kind"], c["survivor_id"] or c["origin_id"],
             c["record_count"])
            for c in found.changes.tail(_NEWEST).to_dicts()
        ]  # fmt: skip
        yield grid("Its history", _EVENTS, events, right=1)
    yield _line(LEGEND, "dim")


def joined(found: OfOne, one: Arrival) -> str:
    """What attached a record to those before it."""
    if one.link is None:
        return "the first" if one == found.arrivals[0] else "no published link"
    pair, weakest = {one.link.left.record_id, one.link.right.record_id}, found.weakest
    told = f"{'joined by it later: ' if one.is_later else ''}{why_linked(one.link)}"
    if weakest and pair == {weakest.link.left.record_id, weakest.link.right.record_id}:
        told += f" ({'the lone bridge' if weakest.is_lone else 'the weakest place'})"
    return told


def bridge(found: OfOne) -> str:
    """What the customer hangs on, in a sentence."""
    if found.weakest is None:
        return ""
    link, (one, other) = found.weakest.link, found.weakest.sides
    place = f"{link.left.name} and {link.right.name} ({link.weight or 0.0:.1f} bits)"
    if found.weakest.is_lone:
        return (
            f"The lone bridge is the link of {place}: without it the customer falls into parts of"
            f" {_records(one)} and {_records(other)}."
        )
    return (
        f"The weakest place is the link of {place}: it and weaker ones are all that joins"
        f" {_records(one)} to {_records(other)}."
    )


def _records(count: int) -> str:
    return f"{count} record{'s' if count > 1 else ''}"


def _links(heading: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Table:
    shown = [[_bits(v) if isinstance(v, float) else v for v in row] for row in rows]
    return grid(heading, columns, shown, right=len(columns) - columns.index("bits"))


def _bits(bits: float | None) -> str:
    return "" if bits is None else f"{bits:+.1f}"


def _line(text: str, style: str = "") -> RenderableType:
    return Text(plain(text), style)
