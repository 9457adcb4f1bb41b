"""Neighbourhoods: the records that a pair, a key, a rule or a ruling may bring together.

All that is decided about a record (who its rivals are, which group it joins, what a guard cuts)
hangs on the records that it reaches through kept pairs, one from another, and on no others. So
where a record changed, its neighbourhood is looked at again, and the rest stands.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from cdp.resolve.components import connected


def touched_neighbourhoods(pairs: pl.DataFrame, changed: pl.Series) -> pl.Series:
    """The changed records and all that they reach through pairs, sorted.

    Args:
        pairs: record_l, record_r: all pairs there are.
        changed: Records that changed, and those that a pair which is gone had joined.

    >>> pairs = pl.DataFrame({"record_l": [1, 2, 5], "record_r": [2, 3, 6]})
    >>> touched_neighbourhoods(pairs, pl.Series([3, 9])).to_list()
    [1, 2, 3, 9]
    """
    records = pl.concat([pairs["record_l"], pairs["record_r"], changed.cast(pl.Int64)]).unique()
    ids = np.sort(records.to_numpy())
    left, right, touched = (
        np.searchsorted(ids, side.to_numpy())
        for side in (pairs["record_l"], pairs["record_r"], changed)
    )
    components = connected(len(ids), left, right)
    return pl.Series("record_id", ids[np.isin(components, components[touched])], dtype=pl.Int64)
