"""Are the match weights right? What they promise beside what labels say, by band of weight."""

from __future__ import annotations

from itertools import pairwise

import polars as pl

from cdp.explain.quality import STATUSES
from cdp.explain.snapshot import Snapshot

_EDGES = (-10, -5, 0, 3, 6, 10, 20, 40)
_LABELLED = """
    select l.status, l.match_weight, a.entity = b.entity as is_right
    from links as l
    join judged as a on l.record_l = a.record
    join judged as b on l.record_r = b.record
    order by l.record_l, l.record_r
"""


def read_labelled_links(snapshot: Snapshot, judged: pl.DataFrame) -> pl.DataFrame:
    """Decided links whose records both have labels: status, match_weight (bits), is_right."""
    snapshot.connection.register("judged", judged.to_arrow())
    found = snapshot.query(_LABELLED)
    snapshot.connection.unregister("judged")
    return found


def calibrate(links: pl.DataFrame) -> pl.DataFrame:
    """Told and true share of matches by status and band of weight; no empty row.

    Args:
        links: status, match_weight (bits), is_right; one row per link.

    Returns:
        status (accepted, review, refused), band, pairs, told (the mean of 2^w / (1 + 2^w)), true
        (the share that are one person), both 0 to 1; in that order of status, by weight.

    >>> calibrate(
    ...     pl.DataFrame(
    ...         {
    ...             "status": ["accepted"] * 2,
    ...             "match_weight": [4.0, 4.0],
    ...             "is_right": [True, False],
    ...         }
    ...     )
    ... ).rows()
    [('accepted', '3 to 6 bits', 2, 0.9411764705882353, 0.5)]
    """
    # Not `cut`: it makes categories, and an edge belongs to the band that it begins.
    band = pl.sum_horizontal([(pl.col("match_weight") >= edge).cast(pl.Int64) for edge in _EDGES])
    names = [
        f"under {_EDGES[0]} bits",
        *(f"{low} to {high} bits" for low, high in pairwise(_EDGES)),
        f"{_EDGES[-1]} bits and more",
    ]
    order = pl.col("status").replace_strict({s: n for n, s in enumerate(STATUSES)})
    return (
        links.with_columns(place=band, order=order, told=_promise())
        .group_by("order", "status", "place")
        .agg(pairs=pl.len().cast(pl.Int64), told=pl.col("told").mean(), true=_share())
        .sort("order", "place")
        .select(
            "status",
            pl.col("place").replace_strict(
                dict(enumerate(names)), return_dtype=pl.String
            ).alias("band"),
            "pairs", "told", "true",
        )
    )  # fmt: skip


def told_and_true(links: pl.DataFrame) -> tuple[int, float | None, float | None]:
    """Accepted labelled links: how many, precision that their weights promise, and the true one.

    Null without such links.
    """
    accepted = links.filter(status="accepted").select(told=_promise().mean(), true=_share())
    count = links.filter(status="accepted").height
    return (count, *accepted.row(0)) if count else (0, None, None)


def _promise() -> pl.Expr:
    return 1.0 / (1.0 + 2.0 ** -pl.col("match_weight").cast(pl.Float64))


def _share() -> pl.Expr:
    return pl.col("is_right").cast(pl.Float64).mean()
