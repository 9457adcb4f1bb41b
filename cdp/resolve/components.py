"""Connected components of links, none larger than a bound."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]

_STEP_BITS = 2.0


def connected(count: int, left: Integers, right: Integers) -> Integers:
    """The component of each of ``count`` nodes, named by its smallest node.

    >>> connected(5, np.array([3, 1]), np.array([1, 4])).tolist()
    [0, 1, 2, 1, 1]
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    edges = coo_matrix((np.ones(len(left), np.int8), (left, right)), shape=(count, count))
    labels = connected_components(edges, directed=False)[1]
    smallest = np.full(int(labels.max(initial=-1)) + 1, count, np.int64)
    np.minimum.at(smallest, labels, np.arange(count))
    named: Integers = smallest[labels]
    return named


def bounded(
    count: int,
    left: Integers,
    right: Integers,
    weights: Numbers,
    *,
    max_size: int,
    uncut: float,
) -> Integers:
    """Components of at most ``max_size`` nodes: larger ones are cut at ever higher weights.

    Links of ``uncut`` or more stay, so a component that they make may be larger: they are
    declared, and a guard does not overrule what a source declares. How one component is cut never
    hangs on the others.

    >>> chain = np.array([0, 1, 2]), np.array([1, 2, 3]), np.array([9.0, 2.0, 9.0])
    >>> bounded(4, *chain, max_size=2, uncut=40.0).tolist()
    [0, 0, 2, 2]
    """
    components = connected(count, left, right)
    kept = np.ones(len(left), bool)
    cut = 0.0
    while cut < uncut:
        sizes = np.bincount(components, minlength=count)
        too_large = sizes[components[left]] > max_size
        if not (too_large & kept & (weights < uncut)).any():
            break
        cut = min(cut + _STEP_BITS, uncut)
        kept &= ~too_large | (weights >= cut)
        components = connected(count, left[kept], right[kept])
    return components
