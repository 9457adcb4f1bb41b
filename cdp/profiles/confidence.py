"""How firmly a customer holds together: the weakest link without which it would fall apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa

from cdp.engine import SqlFunction

Link = tuple[float, int, int]
"""A probability and the two records that it joins."""


def weakest_link(
    lefts: Sequence[int], rights: Sequence[int], probabilities: Sequence[float]
) -> float | None:
    """The least probability in the tree of the most probable links; null without links.

    Every other way between two records has a link at least as weak, so whichever tree is taken
    where links are equal, its weakest is the same.

    >>> weakest_link([1, 2, 1], [2, 3, 3], [0.9, 0.7, 0.2]), weakest_link([], [], [])
    (0.7, None)
    """
    tree = strongest_tree(zip(probabilities, lefts, rights, strict=True))
    return min((probability for probability, _, _ in tree), default=None)


def strongest_tree(links: Iterable[Link]) -> Iterator[Link]:
    """Links that hold records together, the most probable first (ties: the smaller records).

    Each joins what those before it leave apart (Kruskal 1956); the others are not needed.

    >>> list(strongest_tree([(0.2, 1, 3), (0.9, 1, 2), (0.7, 2, 3)]))
    [(0.9, 1, 2), (0.7, 2, 3)]
    """
    root: dict[int, int] = {}

    def find(record: int) -> int:
        root.setdefault(record, record)
        while root[record] != record:
            root[record] = root[root[record]]
            record = root[record]
        return record

    for probability, left, right in sorted(links, key=lambda link: (-link[0], *link[1:])):
        one, other = find(left), find(right)
        if one != other:
            root[other] = one
            yield probability, left, right


def _over_arrays(lefts: pa.Array, rights: pa.Array, probabilities: pa.Array) -> pa.Array:
    rows = zip(lefts.to_pylist(), rights.to_pylist(), probabilities.to_pylist(), strict=True)
    return pa.array([weakest_link(*row) for row in rows], pa.float64())


WEAKEST_LINK = SqlFunction(
    "weakest_link", _over_arrays, ("BIGINT[]", "BIGINT[]", "DOUBLE[]"), "DOUBLE"
)
"""The same in SQL, over lists of the same length without nulls."""
