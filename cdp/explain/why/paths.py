"""How records hang together by links: the strongest chain, the weakest place, who holds whom."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Edge = tuple[int, int, float]
"""Two record ids, the smaller first, and the weight of their link in bits."""


@dataclass(frozen=True)
class WeakestPlace:
    """The link that the whole hangs on: without it, and all as weak, the records fall apart.

    ``sides`` are the records of its two sides. It ``is_lone`` when no other link, however weak,
    joins the two.
    """

    link: tuple[int, int]
    sides: tuple[frozenset[int], frozenset[int]]
    is_lone: bool


def strongest_path(edges: Sequence[Edge], start: int, end: int) -> tuple[int, ...]:
    """The records of the chain from start to end whose weakest link is strongest; () if none.

    Ties go to the fewest links, then, step by step from the start, to the stronger link and the
    smaller record id.

    >>> strongest_path([(1, 2, 9.0), (2, 3, 8.0), (1, 3, 2.0)], 1, 3)
    (1, 2, 3)
    """
    least = _bottleneck(edges, start, end)
    if least is None:
        return ()
    near = _neighbours(edge for edge in edges if edge[2] >= least)
    distance = _distances(near, end)
    path = [start]
    while path[-1] != end:
        left = distance[path[-1]] - 1
        onward = [(-bits, to) for to, bits in near[path[-1]].items() if distance.get(to) == left]
        path.append(min(onward)[1])
    return tuple(path)


def weakest_place(edges: Sequence[Edge]) -> WeakestPlace | None:
    """Where records that hang together would part first; None without a link.

    It is the last link of the strongest tree; ties go to the larger record ids.

    >>> weakest_place([(1, 2, 9.0), (2, 3, 4.0)])
    WeakestPlace(link=(2, 3), sides=(frozenset({1, 2}), frozenset({3})), is_lone=True)
    """
    joined: tuple[tuple[int, int], tuple[frozenset[int], frozenset[int]]] | None = None
    groups: dict[int, frozenset[int]] = {}
    for left, right, _ in _strongest_first(edges):
        one = groups.get(left, frozenset([left]))
        other = groups.get(right, frozenset([right]))
        if right not in one:
            joined = (left, right), (one, other)
            groups |= dict.fromkeys(one | other, one | other)
    if joined is None:
        return None
    link, (one, other) = joined
    crossing = sum({left, right} <= one | other and (left in one) != (right in one)
                   for left, right, _ in edges)  # fmt: skip
    return WeakestPlace(link, (one, other), is_lone=crossing == 1)


def _strongest_first(edges: Iterable[Edge]) -> list[Edge]:
    return sorted(edges, key=lambda edge: (-edge[2], edge[0], edge[1]))


def _bottleneck(edges: Sequence[Edge], start: int, end: int) -> float | None:
    """The weight of the weakest link of the best chain; None where no chain leads there."""
    groups: dict[int, frozenset[int]] = {}
    for left, right, bits in _strongest_first(edges):
        one = groups.get(left, frozenset([left]))
        if right not in one:
            joined = one | groups.get(right, frozenset([right]))
            groups |= dict.fromkeys(joined, joined)
        if end in groups.get(start, ()):
            return bits
    return None


def _neighbours(edges: Iterable[Edge]) -> Mapping[int, Mapping[int, float]]:
    near: dict[int, dict[int, float]] = {}
    for left, right, bits in edges:
        near.setdefault(left, {})[right] = bits
        near.setdefault(right, {})[left] = bits
    return near


def _distances(near: Mapping[int, Mapping[int, float]], end: int) -> Mapping[int, int]:
    """Links from each record to the end, at least."""
    distance, waiting = {end: 0}, deque([end])
    while waiting:
        at = waiting.popleft()
        for to in near.get(at, {}):
            if to not in distance:
                distance[to] = distance[at] + 1
                waiting.append(to)
    return distance
