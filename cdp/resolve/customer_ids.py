"""Customer ids that last: which cluster goes on under which id, and what a new id is called."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection, Iterable
from itertools import count

import polars as pl

_LETTERS = 16


def carry_over(clusters: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Which customer each cluster goes on as: the one with which it shares most records.

    The largest overlaps choose first, and each customer and each cluster is chosen once. Ties go
    to the older customer, then to the smaller id, then to the smaller cluster.

    Args:
        clusters: record_id, cluster.
        before: record_id, customer_id, since (instant at which the customer began).

    Returns:
        cluster, customer_id: one row per cluster that goes on as a former customer, by cluster.

    >>> clusters = pl.DataFrame({"record_id": [1, 2, 3, 4], "cluster": [1, 1, 3, 3]})
    >>> before = pl.DataFrame({"record_id": [1, 2, 3], "customer_id": ["a", "a", "a"], "since": 0})
    >>> carry_over(clusters, before).rows()
    [(1, 'a')]
    """
    overlaps = (
        clusters.join(before, on="record_id")
        .group_by("cluster", "customer_id", "since")
        .len("shared")
        .sort("shared", "since", "customer_id", "cluster", descending=[True, False, False, False])
    )
    taken: dict[str, int] = {}
    placed: set[int] = set()
    for customer_id, cluster in overlaps.select("customer_id", "cluster").iter_rows():
        if customer_id not in taken and cluster not in placed:
            taken[customer_id] = cluster
            placed.add(cluster)
    columns = {"cluster": list(taken.values()), "customer_id": list(taken)}
    return pl.DataFrame(
        columns, schema={"cluster": clusters["cluster"].dtype, "customer_id": pl.String}
    ).sort("cluster")


def mint(project: str, record_ids: Iterable[int], used: Collection[str]) -> list[str]:
    """One new id per smallest record at birth; an id that was ever used is never given again.

    An id is a hash of the project, that record and a generation, so that the same birth gets the
    same id on every machine; the generation counts the births that the record has seen.

    >>> first, second = mint("acme", [7], []), mint("acme", [7], mint("acme", [7], []))
    >>> first == second, len(first[0])
    (False, 18)
    """
    taken = set(used)
    minted = []
    for record_id in record_ids:
        fresh = next(
            name
            for generation in count(1)
            if (name := _id_of(project, record_id, generation)) not in taken
        )
        taken.add(fresh)
        minted.append(fresh)
    return minted


def _id_of(project: str, record_id: int, generation: int) -> str:
    digest = hashlib.sha256(f"{project}|{record_id}|{generation}".encode()).digest()
    return "c_" + base64.b32encode(digest).decode("ascii").lower()[:_LETTERS]
