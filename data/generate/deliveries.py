"""Writing: dated files per source with an overlap, rows that break, and the truth.

Rows arrive in time order and leave at once; only the overlap of two files is kept in memory.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

from data.generate.clock import Arguments

ONE_BROKEN_IN: Final = 100  # one extra, broken row after so many good ones


def dump(event: Mapping[str, Any]) -> str:
    """Return one JSON line without its line end.

    >>> dump({"a": None})
    '{"a":null}'
    """
    return json.dumps(event, separators=(",", ":"), ensure_ascii=False)


def open_delivery(path: Path, encoding: str) -> IO[str]:
    """Open a file for writing; `.gz` is compressed without a clock, for equal bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix != ".gz":
        return path.open("w", encoding=encoding, newline="")
    packed = gzip.GzipFile(path, "wb", compresslevel=5, mtime=0)
    return io.TextIOWrapper(packed, encoding=encoding, newline="")


class Deliveries:
    """The dated files of one source, written in the order of time.

    A row goes to the first delivery dated after it; with `overlap_days`, rows of the
    last days before a delivery come again at the head of the next one.
    """

    def __init__(
        self,
        arguments: Arguments,
        source: str,
        days: Sequence[date],
        *,
        header: Sequence[str] | None = None,
        suffix: str = "csv",
        overlap_days: int = 0,
        delimiter: str = ",",
        encoding: str = "utf-8",
    ) -> None:
        folder = arguments.out / "inbox" / source
        self._files = [
            (arguments.instant(day), folder / f"{source}_{day:%Y%m%d}.{suffix}") for day in days
        ]
        self._header, self._delimiter, self._encoding = header, delimiter, encoding
        self._overlap = overlap_days * 86_400
        self._carried: list[Sequence[str] | str] = []
        self._open()

    def _open(self) -> None:
        self._until, path = self._files.pop(0)
        self._file = open_delivery(path, self._encoding)
        self._rows = csv.writer(self._file, delimiter=self._delimiter, lineterminator="\n")
        if self._header:
            self._rows.writerow(self._header)
        carried, self._carried = self._carried, []
        for row in carried:
            self._put(row)

    def _put(self, row: Sequence[str] | str) -> None:
        if isinstance(row, str):
            self._file.write(row + "\n")
        else:
            self._rows.writerow(row)

    def write(self, at: int, row: Sequence[str] | str) -> None:
        """Write a row of cells, or a whole line of text, that came into being at `at`."""
        while at >= self._until and self._files:
            self._close()
            self._open()
        if self._files and at >= self._until - self._overlap:
            self._carried.append(row if isinstance(row, str) else tuple(row))
        self._put(row)

    def _close(self) -> None:
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        while self._files:
            self._close()
            self._open()
        self._close()


class Truth:
    """The file `truth/truth.csv`: who stands behind a record or a touchpoint.

    Columns: `source`; `key`, the record key of people or the touchpoint key of events with
    their person inline; `person_id`, blank for a stranger.
    """

    def __init__(self, out: Path) -> None:
        self._file = open_delivery(out / "truth" / "truth.csv", "utf-8")
        self._rows = csv.writer(self._file, lineterminator="\n")
        self._rows.writerow(("source", "key", "person_id"))

    def add(self, source: str, key: str, person_id: str) -> None:
        """State that `key` of `source` is the person `person_id`."""
        self._rows.writerow((source, key, person_id))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._file.close()


def write_homes(out: Path, homes: Iterable[tuple[str, object]]) -> None:
    """Write the file `truth/homes.csv`: who truly lives with whom.

    Columns: `person_id`; `home`, a number that people of one household have in common. ``homes``
    has each person once, with their household.
    """
    numbers: dict[int, int] = {}
    with open_delivery(out / "truth" / "homes.csv", "utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("person_id", "home"))
        for person_id, home in homes:
            rows.writerow((person_id, numbers.setdefault(id(home), len(numbers) + 1)))


def is_broken_turn(nth: int) -> bool:
    """Return whether an extra, broken row follows good row `nth`: even in each file, never many."""
    return nth % ONE_BROKEN_IN == ONE_BROKEN_IN * 3 // 5


def break_row(
    row: Sequence[str],
    nth: int,
    *,
    key: int,
    time: int | None = None,
    future: str = "",
    amount: int | None = None,
) -> list[str]:
    """Return a copy of a CSV row with one fault that a reader must notice.

    Faults take turns by `nth`: too few cells, no key, too many cells; with a `time` column also
    a text that is no time and a `future` one; with an `amount` column a text that is no number.

    >>> break_row(["7", "2026-01-01"], 0, key=0)
    ['7']
    """
    cells = list(row)
    faults = ["short", "key", "long", *(["time", "future"] if time is not None else [])]
    faults += ["amount"] if amount is not None else []
    fault = faults[nth // ONE_BROKEN_IN % len(faults)]
    if fault == "short":
        return cells[: max(1, len(cells) * 2 // 3)]
    if fault == "long":
        return [*cells, "", "see notes"]
    if fault == "key":
        cells[key] = ""
    elif fault == "amount" and amount is not None:
        cells[amount] = "#VALUE!"
    elif time is not None:
        cells[time] = future if fault == "future" else "pending"
    return cells


def break_line(event: dict[str, Any], nth: int, *, key: str, time: str, future: Any) -> str:
    """Return an event as a line of JSON with one fault: cut off, no key, no time, in the future."""
    fault = nth // ONE_BROKEN_IN % 4
    if fault == 0:
        return dump(event)[:-25]
    return dump(event | ({key: None}, {time: "unknown"}, {time: future})[fault - 1])
