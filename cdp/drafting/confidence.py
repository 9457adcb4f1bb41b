"""What a score is called in a comment."""

from __future__ import annotations

SURE, LIKELY = 0.85, 0.6
"""From which score on a line is sure, and likely; below, it is a guess."""


def called(score: float) -> str:
    """A word for a score.

    >>> called(0.98), called(0.7), called(0.45)
    ('sure', 'likely', 'guess')
    """
    return "sure" if score >= SURE else "likely" if score >= LIKELY else "guess"
