"""Connected components: who hangs together by links."""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components


def components(left: pl.Series, right: pl.Series, *, size: int | None = None) -> np.ndarray:
    """A label per node 0, 1, ...; equal labels hang together.

    >>> components(pl.Series([0, 1]), pl.Series([1, 2]), size=4).tolist()
    [0, 0, 0, 1]
    """
    ends = np.stack([left.to_numpy(), right.to_numpy()]).astype(np.int64)
    nodes = size or int(ends.max(initial=-1)) + 1
    graph = coo_matrix((np.ones(ends.shape[1]), tuple(ends)), shape=(nodes, nodes))
    return np.asarray(connected_components(graph, directed=False)[1])
