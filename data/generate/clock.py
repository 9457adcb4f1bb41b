"""The arguments of one generation and what follows from them: chance, time, sizes.

Every random number hangs on the seed and a name, so a change in one source
leaves the other sources as they were.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final
from zlib import crc32

import numpy as np

HISTORY_DAYS: Final = 540
SHARES: Final = {
    "web": 0.50,
    "newsletter_activity": 0.20,
    "shop": 0.12,
    "chat": 0.10,
    "support": 0.05,
    "social": 0.03,
}


@dataclass(frozen=True)
class Arguments:
    """What `python -m data.generate` was asked for.

    Attributes:
        size: Touchpoints wanted over all channels; broken rows, bots, test leads
            and redeliveries come on top.
        seed: Same seed and arguments, same bytes.
        out: Project folder; `inbox/` and `truth/` are written below it.
        as_of: Last day of the history, and the date of the last deliveries.
    """

    size: int
    seed: int
    out: Path
    as_of: date

    def chance(self, name: str) -> random.Random:
        """Return the random source called `name`."""
        return random.Random(f"{self.seed}:{name}")

    def arrays(self, name: str) -> np.random.Generator:
        """Return the numpy random source called `name`."""
        return np.random.default_rng([self.seed, crc32(name.encode())])

    def touchpoints(self, source: str) -> int:
        """Return how many good touchpoints `source` gets; the shares add up to `size`."""
        if source == "web":
            return self.size - sum(self.touchpoints(name) for name in SHARES if name != "web")
        return round(self.size * SHARES[source])

    @property
    def people(self) -> int:
        """Return the size of the population."""
        return max(40, self.size // 4)

    @property
    def companies(self) -> int:
        """Return the number of employers: about thirty people for each."""
        return max(20, self.people // 30)

    @property
    def end(self) -> int:
        """Return the end of the history, epoch seconds: the first instant (UTC) of `as_of`."""
        first = datetime(self.as_of.year, self.as_of.month, self.as_of.day, tzinfo=UTC)
        return int(first.timestamp())

    @property
    def start(self) -> int:
        """Return the first instant of the history, epoch seconds."""
        return self.end - HISTORY_DAYS * 86_400

    def cuts(self, *days_back: int) -> list[date]:
        """Return the delivery dates that lie so many days before `as_of`, the oldest first."""
        return [self.as_of - timedelta(days=back) for back in sorted(days_back, reverse=True)]

    def instant(self, day: date) -> int:
        """Return the first instant (UTC) of `day`, epoch seconds."""
        return self.end - (self.as_of - day).days * 86_400


def draw_times(arguments: Arguments, rng: np.random.Generator, count: int) -> np.ndarray:
    """Draw `count` instants (epoch seconds), unsorted: business grows, and people sleep."""
    days = np.floor((HISTORY_DAYS - 1) * np.sqrt(rng.uniform(0.0, 1.0, count)))
    hours = np.clip(rng.normal(17.0, 3.0, count), 8, 23)  # UTC; a visit ends on its own day
    seconds = arguments.start + days * 86_400 + hours * 3_600 + rng.integers(0, 60, count)
    return np.asarray(seconds.astype(np.int64))


def draw_schedule(
    arguments: Arguments, source: str, *, population: int, share: float
) -> list[tuple[int, int]]:
    """Draw who meets a channel when: pairs of instant and index, in time order.

    A `share` of the population takes part, each at least once while touchpoints
    last; the rest goes to the more active ones (log-normal).
    """
    rng, count = arguments.arrays(source), arguments.touchpoints(source)
    chosen = rng.choice(population, min(count, round(population * share)), replace=False)
    activity = rng.lognormal(0.0, 0.9, len(chosen))
    more = rng.choice(chosen, count - len(chosen), p=activity / activity.sum())
    who, times = np.concatenate([chosen, more]), draw_times(arguments, rng, count)
    order = np.argsort(times, kind="stable")
    return list(zip(times[order].tolist(), rng.permutation(who)[order].tolist(), strict=True))


def utc(at: int) -> datetime:
    """Return the UTC datetime of epoch seconds `at`."""
    return datetime.fromtimestamp(at, UTC)
