"""Average linkage within one group: records join while, on average, more speaks for it.

Links that contradict one another make a chain of single links join people who merely have a
relative in common. Here the two groups whose pairs weigh most on average join first, and none
join whose average is not positive. Pairs without evidence weigh nothing; contradictions weigh
against. And a lone weak link never joins two groups that each stand on links of their own.

A pair that weighs minus infinity is forbidden: no group ever holds both. So are two groups that
together would hold more values of a kind than one customer may.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Held:
    """Values of one kind that records hold, one row per record, one column per value (0 or 1).

    A group may hold ``most`` of them, or as many as one of its records holds by itself.
    """

    values: Integers
    most: int

    def excess(self, row: int) -> npt.NDArray[np.bool_]:
        """Rows with which one row would hold too many, and more than either does alone."""
        counts = self.values.sum(axis=1)
        together = counts + counts[row] - self.values @ self.values[row]
        exceeded: npt.NDArray[np.bool_] = together > np.maximum(counts, counts[row]).clip(self.most)
        return exceeded


def average_linkage(
    weights: Matrix, *, min_link_bits: float, min_bridge_bits: float, held: Sequence[Held] = ()
) -> Integers:
    """The group of each record, named by its smallest position.

    Args:
        weights: Symmetric, one row and column per record in the order of record_id: bits for
            (positive) or against (negative) the pair; 0 where nothing is known, minus infinity
            where the pair is forbidden.
        min_link_bits: A pair of this weight is a link; two groups need one at least to join.
        min_bridge_bits: A link that alone joins two groups of two or more must weigh this.
        held: What limits count.

    Ties go to the smaller positions, so the order of the links never matters.

    >>> chain = np.array([[0, 8, -9], [8, 0, 7], [-9, 7, 0]], float)
    >>> average_linkage(chain, min_link_bits=1, min_bridge_bits=5).tolist()
    [0, 0, 2]
    """
    count = len(weights)
    sums = weights.astype(np.float64)
    held = [Held(one.values.copy(), one.most) for one in held]
    for kind in held:
        for row in range(count):
            sums[row, kind.excess(row)] = -np.inf
    links = (weights >= min_link_bits).astype(np.int64)
    strongest = np.where(links > 0, weights, -np.inf)
    sizes = np.ones(count, np.int64)
    groups = np.arange(count, dtype=np.int64)
    while True:
        pair = _next_pair(sums, links, strongest, sizes, min_bridge_bits)
        if pair is None:
            return groups
        one, other = pair
        for matrix in (sums, links):
            matrix[one] += matrix[other]
            matrix[:, one] += matrix[:, other]
        strongest[one] = np.maximum(strongest[one], strongest[other])
        strongest[:, one] = strongest[one]
        for kind in held:
            kind.values[one] |= kind.values[other]
            too_many = kind.excess(one)
            sums[one, too_many] = sums[too_many, one] = -np.inf
        sizes[one] += sizes[other]
        sizes[other] = 0
        groups[groups == other] = one


def _next_pair(
    sums: Matrix, links: Integers, strongest: Matrix, sizes: Integers, min_bridge_bits: float
) -> tuple[int, int] | None:
    """The two groups that should join next; None when no two should."""
    alive = np.flatnonzero(sizes)
    view = np.ix_(alive, alive)
    size = sizes[alive]
    averages = np.round(sums[view] / np.outer(size, size), 9)
    is_bridge = (links[view] == 1) & (np.minimum.outer(size, size) > 1)
    may_join = (
        (links[view] > 0) & (averages > 0) & ~(is_bridge & (strongest[view] < min_bridge_bits))
    )
    np.fill_diagonal(may_join, val=False)
    if not may_join.any():
        return None
    row, column = divmod(int(np.argmax(np.where(may_join, averages, -np.inf))), len(alive))
    return int(alive[min(row, column)]), int(alive[max(row, column)])
