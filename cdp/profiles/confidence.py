"""How firmly a customer holds together: the weakest link without which it would fall apart."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from cdp.engine import SqlFunction


def weakest_link(
    lefts: Sequence[int], rights: Sequence[int], probabilities: Sequence[float]
) -> float | None:
    """The least probability in the tree of the most probable links; null without links.

    Every other way between two records has a link at least as weak, so whichever tree is taken
    where links are equal, its weakest is the same.

    >>> weakest_link([1, 2, 1], [2, 3, 3], [0.9, 0.7, 0.2]), weakest_link([], [], [])
    (0.7, None)
    """
    root: dict[int, int] = {}

    def find(record: int) -> int:
        root.setdefault(record, record)
        while root[record] != record:
            root[record] = root[root[record]]
            record = root[record]
        return record

    weakest = None
    links = sorted(zip(probabilities, lefts, rights, strict=True), reverse=True)
    for probability, left, right in links:
        one, other = find(left), find(right)
        if one != other:
            root[other] = one
            weakest = probability
    return weakest


def _over_arrays(lefts: pa.Array, rights: pa.Array, probabilities: pa.Array) -> pa.Array:
    rows = zip(lefts.to_pylist(), rights.to_pylist(), probabilities.to_pylist(), strict=True)
    return pa.array([weakest_link(*row) for row in rows], pa.float64())


WEAKEST_LINK = SqlFunction(
    "weakest_link", _over_arrays, ("BIGINT[]", "BIGINT[]", "DOUBLE[]"), "DOUBLE"
)
"""The same in SQL, over lists of the same length without nulls."""
