"""Why two records are one customer, or are not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise

from cdp.explain.judging import read_steps
from cdp.explain.snapshot import Snapshot
from cdp.explain.why.asked import Asked
from cdp.explain.why.decided import (
    Row,
    links_within,
    members_of,
    ruling_between,
    strongest_beside,
    strongest_between,
    turned,
    undecided,
)
from cdp.explain.why.paths import strongest_path
from cdp.explain.why.reweighing import weigh_anew
from cdp.explain.why.sides import Sides, lay_out
from cdp.explain.why.verdicts import (
    Thresholds,
    ruling_told,
    verdict_of_chain,
    verdict_of_link,
    verdict_of_none,
    verdict_of_ruling,
)


@dataclass(frozen=True)
class OfTwo:
    """The answer about two records.

    ``pair`` are the two themselves; without a link of their own they are weighed anew, if there is
    a published model. ``chain`` are the links that lead from the one to the other within their
    customer, the strongest way; empty when a link of their own joins them. ``nearest`` is the
    strongest decided pair between their two customers, where these two were not decided;
    ``rival`` the strongest other link of either record, where a rival counts against them.
    ``notes`` say how the words were understood.
    """

    verdict: str
    is_one: bool
    pair: Sides
    chain: tuple[Sides, ...] = ()
    nearest: Sides | None = None
    rival: Sides | None = None
    notes: tuple[str, ...] = ()

    def masked(self) -> OfTwo:
        """The same without personal values."""
        return replace(
            self,
            pair=self.pair.masked(),
            chain=tuple(hop.masked() for hop in self.chain),
            nearest=self.nearest and self.nearest.masked(),
            rival=self.rival and self.rival.masked(),
        )

    def as_dict(self) -> dict[str, object]:
        """Everything, for machines."""
        return asdict(self)


def why_two(snapshot: Snapshot, one: Asked, other: Asked, limits: Thresholds) -> OfTwo:
    """Explain the pair of the asked records that says most; they must not overlap."""
    ruling = ruling_between(snapshot, one.record_ids, other.record_ids)
    if ruling is not None:
        one = replace(one, record_ids=(ruling["record_l"],))
        other = replace(other, record_ids=(ruling["record_r"],))
        found = _why_two(snapshot, one, other, limits)
        return replace(
            found,
            verdict=verdict_of_ruling(found.verdict, ruling, is_one=found.is_one),
            notes=(*found.notes, ruling_told(ruling)),
        )
    return _why_two(snapshot, one, other, limits)


def _why_two(snapshot: Snapshot, one: Asked, other: Asked, limits: Thresholds) -> OfTwo:
    link = strongest_between(snapshot, one.record_ids, other.record_ids)
    is_one = one.customer_id == other.customer_id
    what = "the pair that says most" if link else "the first of them"
    notes = (*_notes(one, "first", what), *_notes(other, "second", what))
    if link is not None and (is_one is (link["status"] == "accepted")):
        pair, *rivals = lay_out(snapshot, [link, *_rival(snapshot, link)])
        rival = rivals[0] if rivals else None
        return OfTwo(verdict_of_link(pair, limits), is_one, pair, rival=rival, notes=notes)
    left, right = one.record_ids[0], other.record_ids[0]
    row, against_random = _weighed(snapshot, left, right, one.customer_id, other.customer_id)
    if is_one:
        hops = _chain(links_within(snapshot, one.customer_id), left, right)
        pair, *chain = _laid_out(snapshot, row, hops)
        return OfTwo(verdict_of_chain(pair, chain), is_one, pair, tuple(chain), notes=notes)
    nearest = strongest_between(
        snapshot,
        members_of(snapshot, one.customer_id),
        members_of(snapshot, other.customer_id),
    )
    pair, *others = _laid_out(snapshot, row, [nearest] if nearest else [])
    verdict = verdict_of_none(pair, against_random, limits)
    return OfTwo(verdict, is_one, pair, nearest=others[0] if others else None, notes=notes)


def _rival(snapshot: Snapshot, link: Row) -> list[Row]:
    """The strongest other link of either record, if a rival takes a bit or more from the pair."""
    taken = [step.bits for step in read_steps(link["evidence"]) if step.comparison == "rivals"]
    other = strongest_beside(snapshot, link["record_l"], link["record_r"])
    return [other] if other and min(taken, default=0.0) <= -1.0 else []


def _weighed(
    snapshot: Snapshot, left: int, right: int, customer_l: str, customer_r: str
) -> tuple[Row, float | None]:
    """Two records without a link of their own, with what they weigh by the published model."""
    row, found = undecided(left, right, customer_l, customer_r), weigh_anew(snapshot, left, right)
    if found is None:
        return row, None
    weighed = {"match_weight": found.match_weight, "evidence": found.evidence}
    return {**row, **weighed}, found.bits_against_random


def _chain(links: Sequence[Row], start: int, end: int) -> list[Row]:
    """The links of the strongest way, each turned the way that it is walked."""
    by_pair = {(link["record_l"], link["record_r"]): link for link in links}
    edges = [(*pair, float(link["match_weight"])) for pair, link in by_pair.items()]
    path = strongest_path(edges, start, end)
    return [turned(by_pair[min(hop), max(hop)], {hop[0]}) for hop in pairwise(path)]


def _laid_out(snapshot: Snapshot, row: Row, links: Sequence[Row]) -> tuple[Sides, ...]:
    """The pair, weighed anew, then the links."""
    pair, *others = lay_out(snapshot, [row, *links])
    return (replace(pair, is_anew=pair.weight is not None), *others)


def _notes(asked: Asked, place: str, what: str) -> list[str]:
    notes = [f"{former} was merged; it lives on in {asked.customer_id}."
             for former in asked.merged_from]  # fmt: skip
    if len(asked.record_ids) > 1:
        count = len(asked.record_ids)
        notes.append(
            f"The {place} word means {count} records of {asked.customer_id}; shown is {what}."
        )
    return notes
