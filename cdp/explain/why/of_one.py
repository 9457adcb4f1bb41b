"""How one customer grew, what it hangs on, and whom the guards kept out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

import polars as pl

from cdp.explain.customer import read_changes
from cdp.explain.snapshot import Snapshot
from cdp.explain.why.asked import Asked
from cdp.explain.why.decided import Row, links_within, refused_around, turned
from cdp.explain.why.paths import WeakestPlace, weakest_place
from cdp.explain.why.sides import Record, Sides, lay_out, name_record
from cdp.explain.why.wording import odds

_NEIGHBOURS = 5
_ARRIVALS = """
    with versions as (
        select r.record_id, min(coalesce(d.delivered_at, r.observed_at)) as came_at,
            min(r.observed_at) as first_observed_at
        from records as r left join deliveries as d on r.delivery_id = d.delivery_id
        group by r.record_id
    ),
    events as (
        select record_id, min_by(source_touchpoint_id, (occurred_at, touchpoint_id)) as event
        from timeline where customer_id = $id group by record_id
    )
    select m.record_id, v.came_at, m.valid_from as member_since,
        r.source, r.source_record_id, e.event
    from members as m
    join records as r on m.record_id = r.record_id and r.is_current
    join versions as v on m.record_id = v.record_id
    left join events as e on m.record_id = e.record_id
    where m.customer_id = $id and m.valid_to is null
    order by v.came_at, v.first_observed_at, r.source, r.source_record_id
"""


@dataclass(frozen=True)
class Arrival:
    """One record of a customer, and the strongest accepted link to a record that came before.

    ``came_at`` is when its first version was delivered, ``member_since`` the instant of the run
    that put it into this customer, UTC. The ``link`` of a record that only later ones joined is
    the strongest with one of those (``is_later``); the first record has none.
    """

    record: Record
    came_at: datetime
    member_since: datetime
    link: Sides | None
    is_later: bool = False


@dataclass(frozen=True)
class Bridge:
    """The link that holds a customer together, and how many records lie on its sides."""

    link: Sides
    sides: tuple[int, int]
    is_lone: bool


@dataclass(frozen=True)
class OfOne:
    """The answer about one customer.

    ``arrivals`` are its records in the order they came; ``weakest`` is what it hangs on, null for
    a single record; ``kept_out`` are the strongest pairs that were not let in; ``changes`` its
    identity events, as `cdp show` tells them.
    """

    verdict: str
    customer_id: str
    arrivals: tuple[Arrival, ...]
    weakest: Bridge | None
    kept_out: tuple[Sides, ...]
    changes: pl.DataFrame
    notes: tuple[str, ...] = field(default=())

    def masked(self) -> OfOne:
        """The same without personal values."""
        return replace(
            self,
            arrivals=tuple(
                replace(one, record=one.record.masked(), link=one.link and one.link.masked())
                for one in self.arrivals
            ),
            weakest=self.weakest and replace(self.weakest, link=self.weakest.link.masked()),
            kept_out=tuple(pair.masked() for pair in self.kept_out),
        )

    def as_dict(self) -> dict[str, object]:
        """Everything, for machines."""
        told = {name: getattr(self, name) for name in ("verdict", "customer_id", "notes")}
        return {
            **told,
            "arrivals": [asdict(one) for one in self.arrivals],
            "weakest": self.weakest and asdict(self.weakest),
            "kept_out": [asdict(pair) for pair in self.kept_out],
            "changes": self.changes.to_dicts(),
        }


def why_one(snapshot: Snapshot, asked: Asked, *, notes: tuple[str, ...] = ()) -> OfOne:
    """Explain a living customer."""
    found = asked.customer_id
    rows = snapshot.query(_ARRIVALS, {"id": found}).to_dicts()
    links = links_within(snapshot, found)
    place = weakest_place([_edge(link) for link in links])
    order = [row["record_id"] for row in rows]
    reached = _first_links(order, links)
    later = _later_links(order, links, reached)
    reached |= later
    kept_out = refused_around(snapshot, found, limit=_NEIGHBOURS)
    weakest = [link for link in links if place and _pair(link) == place.link]
    laid = iter(lay_out(snapshot, [*reached.values(), *weakest, *kept_out]))
    attached = {record: next(laid) for record in reached}
    bridge = Bridge(next(laid), _sizes(place), place.is_lone) if place else None
    arrivals = tuple(
        Arrival(
            name_record(row["record_id"], row, found),
            row["came_at"],
            row["member_since"],
            attached.get(row["record_id"]),
            row["record_id"] in later,
        )
        for row in rows
    )
    merged = (f"{former} was merged; it lives on in {found}." for former in asked.merged_from)
    return OfOne(
        verdict=_verdict(found, arrivals, bridge, Counter(str(link["kind"]) for link in links)),
        customer_id=found,
        arrivals=arrivals,
        weakest=bridge,
        kept_out=tuple(laid),
        changes=read_changes(snapshot, found),
        notes=(*merged, *notes),
    )


def _first_links(order: Sequence[int], links: Sequence[Row]) -> dict[int, Row]:
    """Record to its strongest link with an earlier one, the earlier on the right.

    Ties go to the record that came first.
    """
    place = {record: number for number, record in enumerate(order)}
    strongest: dict[int, Row] = {}
    ranks: dict[int, tuple[float, int]] = {}
    for link in links:
        if not {*_pair(link)} <= {*place}:
            continue
        earlier, later = sorted(_pair(link), key=place.__getitem__)
        rank = (-float(link["match_weight"]), place[earlier])
        if later not in ranks or rank < ranks[later]:
            ranks[later], strongest[later] = rank, turned(link, {later})
    return strongest


def _later_links(
    order: Sequence[int], links: Sequence[Row], reached: Mapping[int, Row]
) -> dict[int, Row]:
    """The strongest link of each record but the first that none joins to an earlier one."""
    found: dict[int, Row] = {}
    for record in order[1:]:
        touching = [link for link in links if record in _pair(link)]
        if record not in reached and touching:
            found[record] = turned(touching[0], {record})
    return found


def _verdict(
    customer_id: str,
    arrivals: Sequence[Arrival],
    bridge: Bridge | None,
    kinds: Mapping[str, int],
) -> str:
    sources = {one.record.source for one in arrivals}
    if bridge is None:
        return f"{customer_id} is a single record of {', '.join(sources)}: nothing was joined."
    many = f"{len(sources)} sources" if len(sources) > 1 else "one source"
    names = {"probabilistic": "by evidence", "declared": "by a key", "deterministic": "by a rule"}
    told = ", ".join(
        f"{count if len(kinds) > 1 else 'all'} {names.get(kind, kind)}"
        for kind, count in sorted(kinds.items(), reverse=True)
    )
    links = sum(kinds.values())
    held = f"{links} links hold" if links > 1 else "1 link holds"
    bits = bridge.link.weight or 0.0
    return (
        f"{customer_id} is {len(arrivals)} records of {many}. {held} them together: {told}."
        f" Its weakest place is held by {bits:.1f} bits (odds of {odds(bits)} one person)."
    )


def _sizes(place: WeakestPlace) -> tuple[int, int]:
    one, other = place.sides
    return len(one), len(other)


def _edge(link: Row) -> tuple[int, int, float]:
    return link["record_l"], link["record_r"], float(link["match_weight"])


def _pair(link: Row) -> tuple[int, int]:
    return link["record_l"], link["record_r"]
