"""What the reader of a draft is told to look at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cdp.drafting import value_tests
from cdp.drafting.entries import Entry
from cdp.drafting.looking import Seen


def warnings_of(seen: Seen, entries: Sequence[Entry]) -> Iterator[str]:
    """Columns that are masked, what is odd about the file, and how many lines are guesses."""
    ids = {key.name for key in seen.keys}
    columns = [c for c in seen.sample.columns if c.name not in ids]
    hidden = [c.name for c in columns if value_tests.is_masked(c)]
    if hidden:
        yield f"masked, so nobody is told by them: {', '.join(hidden)}"
    for setting in seen.sample.settings:
        if not setting.key:
            yield setting.reason
    yield from guesses(entries)


def guesses(entries: Sequence[Entry]) -> Iterator[str]:
    """How many lines are no more than that, if any are."""
    count = sum(1 for entry in entries if entry.score is not None and entry.score < 0.6)
    if count:
        told = "1 line is a guess" if count == 1 else f"{count} lines are guesses"
        yield f"{told}: look there first"
