"""The population stability index: how far shares have moved, of a model's records or a batch."""

from __future__ import annotations

import math
from collections.abc import Sequence

MIN_INDEX = 0.25
"""From this population stability index on shares are commonly held to be of another population
(Siddiqi, Credit Risk Scorecards, 2006)."""

_SMALLEST_SHARE = 0.001
"""What is never seen counts as one in a thousand: no share is infinitely many times another."""


def stability_index(was: Sequence[float], now: Sequence[float]) -> float:
    """The population stability index of two lists of shares, band by band.

    It is the sum of (now - was) x ln(now / was); 0 where nothing moved.

    >>> stability_index([0.5, 0.5], [0.5, 0.5])
    0.0
    >>> round(stability_index([0.9, 0.1], [0.3, 0.7]), 2), round(stability_index([1], [0]), 2)
    (1.83, 6.9)
    """
    bounded = [
        (max(one, _SMALLEST_SHARE), max(other, _SMALLEST_SHARE))
        for one, other in zip(was, now, strict=True)
    ]
    return sum((other - one) * math.log(other / one) for one, other in bounded)
