"""Rulings that gainsay one another: must links that would join what a cannot link parts."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import polars as pl

_PAIR = ["record_l", "record_r"]
_MUST = pl.col("ruling") == "must_link"
Pair = tuple[int, int]


@dataclass(frozen=True)
class Contradiction:
    """A cannot link whose two records a chain of must links would join.

    ``chain`` are the records from the one to the other; ``is_ignored`` says of each of its links
    whether that must link gives way: one of them does, the cannot link stands.
    """

    chain: tuple[int, ...]
    is_ignored: tuple[bool, ...]


def standing(rulings: pl.DataFrame) -> pl.DataFrame:
    """The rulings without those must links that give way to a cannot link.

    Must links are taken one by one, the newest first (ties: the smaller records); one that would
    bring together two records which a cannot link parts gives way.
    """
    ignored = _ignored(rulings)
    kept = [pair not in ignored for pair in rulings.select(_PAIR).iter_rows()]
    return rulings.filter(pl.Series(kept, dtype=pl.Boolean))


def contradictions(rulings: pl.DataFrame) -> list[Contradiction]:
    """Every cannot link that must links gainsay, with the shortest chain that does; by pair.

    A must link that gives way has a chain of its own where none of those goes over it.
    """
    musts = _newest_first(rulings.filter(_MUST))
    cannots = rulings.filter(~_MUST).select(_PAIR).sort(_PAIR).rows()
    ignored = _ignored(rulings)
    ways = _ways(musts)
    chains = [chain for one, other in cannots if (chain := _shortest(ways, one, other))]
    told = {pair for chain in chains for pair in _hops(chain)}
    kept = [pair for pair in musts if pair not in ignored]
    for pair in sorted(ignored - told):
        over = _ways([*kept, pair])
        found = [chain for one, other in cannots if (chain := _shortest(over, one, other))]
        chains += [chain for chain in found if pair in _hops(chain)][:1]
    return [
        Contradiction(tuple(chain), tuple(hop in ignored for hop in _hops(chain)))
        for chain in chains
    ]


def _ignored(rulings: pl.DataFrame) -> set[Pair]:
    """The must links that give way; see `standing`."""
    apart = defaultdict[int, set[int]](set)
    for one, other in rulings.filter(~_MUST).select(_PAIR).iter_rows():
        apart[one].add(other)
        apart[other].add(one)
    group_of, ignored = dict[int, set[int]](), set[Pair]()
    for one, other in _newest_first(rulings.filter(_MUST)):
        mine = group_of.setdefault(one, {one})
        theirs = group_of.setdefault(other, {other})
        if any(apart[record] & theirs for record in mine):
            ignored.add((one, other))
        elif mine is not theirs:
            mine |= theirs
            group_of |= dict.fromkeys(theirs, mine)
    return ignored


def _newest_first(musts: pl.DataFrame) -> list[Pair]:
    order = musts.sort("ruled_at", *_PAIR, descending=[True, False, False])
    return [(one, other) for one, other in order.select(_PAIR).iter_rows()]


def _ways(musts: Iterable[Pair]) -> Mapping[int, Sequence[int]]:
    ways = defaultdict[int, list[int]](list)
    for one, other in sorted(musts):
        ways[one].append(other)
        ways[other].append(one)
    return ways


def _shortest(ways: Mapping[int, Sequence[int]], start: int, end: int) -> list[int]:
    """The shortest way between two records, ties by the smaller ones; empty when there is none."""
    came_from, waiting = {start: start}, deque([start])
    while waiting and end not in came_from:
        record = waiting.popleft()
        for step in sorted(ways.get(record, ())):
            if step not in came_from:
                came_from[step] = record
                waiting.append(step)
    if end not in came_from:
        return []
    way = [end]
    while way[-1] != start:
        way.append(came_from[way[-1]])
    return way[::-1]


def _hops(chain: Sequence[int]) -> list[Pair]:
    return [(min(hop), max(hop)) for hop in pairwise(chain)]
