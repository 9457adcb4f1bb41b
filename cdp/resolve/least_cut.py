"""Two records of one group apart, by giving up the links that weigh least in sum."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

import numpy as np

_UNITS_PER_BIT = 100
_MOST_UNITS = 1_000_000_000
_MOST_BITS = 1_000.0


def least_cut(
    records: Collection[int], links: Sequence[tuple[int, int, float]], one: int, other: int
) -> frozenset[int]:
    """The records that stay with ``one`` when ``other`` is parted from it.

    Of all ways to part the two, it is the one whose cut links weigh least in sum (Ford and
    Fulkerson 1956); of equal ways, the one that leaves ``one`` the fewest records. So every other
    record stays with the side to which more ties it.

    Args:
        records: The group.
        links: Two of its records and a weight above 0, in bits; infinity is never cut. Hundredths
            of bits count. No chain of infinite links joins the two.
        one: A record of the group.
        other: Another.

    >>> sorted(least_cut([1, 2, 3, 4], [(1, 2, 10.0), (2, 3, 9.0), (3, 4, 8.0)], 1, 4))
    [1, 2, 3]
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order, maximum_flow

    order = np.array(sorted(records), np.int64)
    left, right = (
        np.searchsorted(order, np.array([link[side] for link in links], np.int64))
        for side in (0, 1)
    )
    units = np.array([_units(weight) for _, _, weight in links], np.int32)
    shape = (len(order), len(order))
    ends = (np.concatenate([left, right]), np.concatenate([right, left]))
    capacity = csr_array((np.concatenate([units, units]), ends), shape=shape, dtype=np.int32)
    start, end = (int(np.searchsorted(order, record)) for record in (one, other))
    flow = maximum_flow(capacity, start, end).flow
    # What still has room leads from the one to all that stays with it.
    room = csr_array(capacity - flow)
    room.eliminate_zeros()
    reached = breadth_first_order(room, start, return_predecessors=False)
    return frozenset(order[reached].tolist())


def _units(weight: float) -> int:
    if math.isinf(weight):
        return _MOST_UNITS
    return max(1, round(min(weight, _MOST_BITS) * _UNITS_PER_BIT))
