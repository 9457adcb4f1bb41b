"""Deliveries taken back: a log in the project folder, and what it makes of the ledger.

The log is ``rulings/deliveries.jsonl``: one JSON object a line, only ever appended to. A line says
which delivery is revoked or restored, by whom, when and why; of several lines on one delivery the
last counts. It lies in the project folder and not in the store, since it is what people want done:
a store made anew from the same files and the same log comes out the same.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from cdp.engine import Engine, load
from cdp.errors import ConfigError
from cdp.store.disk import disk_faults

LOG = Path("rulings") / "deliveries.jsonl"
"""Where the log lies in a project folder."""

_SQL = Path(__file__).parent / "sql"


@dataclass(frozen=True)
class Word:
    """One line of the log: what somebody said of a delivery, and when (UTC)."""

    action: Literal["revoke", "restore"]
    delivery_id: str
    by: str
    note: str
    at: str

    @property
    def reason(self) -> str:
        """The word as the ledger tells it.

        >>> Word("revoke", "d_1", "Ann", "a test file", "2026-07-01T08:00:00").reason
        'taken back by Ann on 2026-07-01: a test file'
        """
        told = f"taken back by {self.by} on {self.at[:10]}"
        return f"{told}: {self.note}" if self.note else told


def read_words(root: Path) -> dict[str, Word]:
    """The last word on each delivery, in the order in which they were first spoken of.

    A last line that breaks off was being written when its writer died: it was never said.

    Raises:
        ConfigError: A line is none that this product writes.
    """
    path = root / LOG
    if not path.exists():
        return {}
    words: dict[str, Word] = {}
    lines = path.read_text(encoding="utf-8").split("\n")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            word = Word(**json.loads(line))
            if word.action not in ("revoke", "restore"):
                raise ValueError
        except (ValueError, TypeError):
            if number == len(lines):
                break
            raise ConfigError(
                what=f"line {number} says of no delivery that it is revoked or restored",
                where=LOG.as_posix(),
                next_step="take the line away, or mend it after the lines beside it",
            ) from None
        words[word.delivery_id] = word
    return words


def say(root: Path, word: Word) -> None:
    """Add a word to the log and have it written out.

    Raises:
        StoreFullError: The disk is full.
        NotPermittedError: The project folder may not be written to.
    """
    path = root / LOG
    with disk_faults(root, called="the project folder", remedy="ask its owner"):
        path.parent.mkdir(exist_ok=True)
        with path.open("a+b") as log:
            log.seek(0, os.SEEK_END)
            breaks_off = False
            if log.tell():
                log.seek(-1, os.SEEK_END)
                breaks_off = log.read(1) != b"\n"
            line = json.dumps(asdict(word), ensure_ascii=False)
            # What broke off was never said; it must not swallow this line.
            log.write((("\n" if breaks_off else "") + line + "\n").encode())
            log.flush()
            os.fsync(log.fileno())


def revoking_word(words: Mapping[str, Word], delivery_id: str, mends: str | None) -> Word | None:
    """The word by which a delivery is taken back: on itself, or on the one that it mends."""
    said = (words.get(delivery_id), words.get(mends or ""))
    return next((word for word in said if word and word.action == "revoke"), None)


def take_back(engine: Engine, source: str, words: Mapping[str, Word]) -> Sequence[str]:
    """Bring a source's deliveries in line with the log; the ids of those that changed, sorted.

    What changed waits to be cleaned again: `cdp.quality.clean_source` holds all rows of a revoked
    delivery and judges those of a restored one as if it had just come. So whoever must know whose
    rows changed finds them in ``clean.rows`` by these ids, before and after that. Deliveries of
    which no row was landed (repeat, unreadable) have nothing to take back. What mends rows of a
    delivery goes with it.
    """
    found = engine.query(
        "select delivery_id, status, mends from ops.deliveries where source = $source "
        "and status in ('landed', 'accepted', 'held', 'revoked') order by delivery_id",
        {"source": source},
    )
    reasons = {}
    for delivery_id, status, mends in found.iter_rows():
        word = revoking_word(words, delivery_id, mends)
        if (status == "revoked") != (word is not None):
            reasons[str(delivery_id)] = word.reason if word else None
    changed = list(reasons)
    if changed:
        engine.replace(
            load(_SQL / "revoked_deliveries.sql"), values={"changed": json.dumps(reasons)}
        )
    return changed
