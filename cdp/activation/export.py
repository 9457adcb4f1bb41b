"""Export identified customers to a folder of the outbox: files, what was rejected, a manifest."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from cdp.activation.destinations import DESTINATIONS, Destination
from cdp.activation.files import Row, WrittenFile, write_parts
from cdp.engine import load
from cdp.errors import NotFoundError
from cdp.store.layout import Layout

_SQL = Path(__file__).parent / "sql"
_CHANNELS = ("email", "sms", "phone", "post")


@dataclass(frozen=True)
class Export:
    """What an export wrote and what it did not.

    ``rows_written`` + rejected + left out = customers of the snapshot. ``opted_out`` counts
    written customers that refuse a channel and whose row says so; ``untold`` those whose refusal
    the destination has no column for. ``files`` name, rows, bytes and sha256.
    """

    destination: str
    run_id: str
    folder: Path
    rows_written: int
    rejected: Mapping[str, int]
    left_out: Mapping[str, int]
    opted_out: Mapping[str, int]
    untold: Mapping[str, int]
    files: tuple[WrittenFile, ...]

    def as_dict(self) -> dict[str, object]:
        """Everything, for machines."""
        return asdict(self) | {"folder": str(self.folder), "files": [asdict(f) for f in self.files]}


def export_customers(store: Path, *, destination: str, outbox: Path) -> Export:
    """Write the published customers for a destination to ``outbox/<destination>_<run_id>``.

    The folder appears whole or not at all; the same snapshot again gives the same bytes. Rows
    that the destination would refuse are in ``rejected.csv`` with their reasons.

    Raises:
        NotFoundError: Nothing is published yet, or there is no such destination.
    """
    chosen = _chosen(destination)
    run_id, database = _snapshot(store)
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        statement = load(_SQL / f"{chosen.name}.sql")
        found = connection.execute(statement.bind({"published.customers": "main.customers"}))
        header = [column[0] for column in found.description]
        good, bad = _sorted_out(chosen, header, found.fetchall())
        total = connection.execute("select count(*) from customers").fetchall()[0][0]
        refusals = _refusals(connection)
    folder = outbox / f"{chosen.name}_{run_id}"
    written_ids = {str(row[header.index(chosen.key)]) for row in good}
    told, untold = _told(chosen, refusals, written_ids)
    with _whole(folder) as building:
        files = write_parts(building, chosen.file_name, header, good, max_bytes=chosen.max_bytes)
        write_parts(building, "rejected", ("customer_id", "reason"), bad, max_bytes=None)
        made = Export(
            destination=chosen.name,
            run_id=run_id,
            folder=folder,
            rows_written=len(good),
            rejected=dict(sorted(Counter(str(reason) for _, reason in bad).items())),
            left_out={"anonymous": total - len(good) - len(bad)},
            opted_out=told,
            untold=untold,
            files=tuple(files),
        )
        _write_manifest(building, made, chosen, header)
    return made


def _chosen(destination: str) -> Destination:
    if destination not in DESTINATIONS:
        raise NotFoundError(
            what=f"there is no destination `{destination}`",
            where="export",
            next_step=f"known: {', '.join(DESTINATIONS)}",
        )
    return DESTINATIONS[destination]


def _snapshot(store: Path) -> tuple[str, Path]:
    layout = Layout(store)
    run_id = layout.current_run()
    database = layout.snapshot(run_id or "none") / "profiles.duckdb"
    if run_id is None or not database.is_file():
        raise NotFoundError(
            what="nothing is published yet", where=store.name, next_step="run first: cdp run"
        )
    return run_id, database


def _sorted_out(
    destination: Destination, header: Sequence[str], rows: Sequence[Row]
) -> tuple[list[Row], list[Row]]:
    """Rows that can go, and (id, reason) of those that cannot."""
    good: list[Row] = []
    bad: list[Row] = []
    key = header.index(destination.key)
    for row in rows:
        reason = _reason_against(destination, dict(zip(header, row, strict=True)))
        if reason is None:
            good.append(row)
        else:
            bad.append((row[key], reason))
    return good, bad


def _reason_against(destination: Destination, row: Mapping[str, object]) -> str | None:
    reasons = [f"{name} is missing" for name in destination.required if not row[name]]
    reasons += [
        f"{name} is longer than {limit} characters"
        for name, limit in destination.longest.items()
        if len(str(row[name] or "")) > limit
    ]
    return "; ".join(reasons) or None


def _refusals(connection: duckdb.DuckDBPyConnection) -> dict[str, set[str]]:
    """Each channel and the customers who refuse it."""
    return {
        channel: {
            str(row[0])
            for row in connection.execute(
                f"select customer_id from customers where {channel}_consent = false"
            ).fetchall()
        }
        for channel in _CHANNELS
    }


def _told(
    destination: Destination, refusals: Mapping[str, set[str]], written: set[str]
) -> tuple[dict[str, int], dict[str, int]]:
    counts = {channel: len(who & written) for channel, who in refusals.items()}
    told = {c: n for c, n in counts.items() if c in destination.opt_outs}
    return told, {c: n for c, n in counts.items() if c not in destination.opt_outs}


def _write_manifest(
    folder: Path, made: Export, destination: Destination, header: Sequence[str]
) -> None:
    told = made.as_dict() | {
        "folder": made.folder.name,
        "key": destination.key,
        "columns": list(header),
        "how_to_load": destination.how_to_load,
    }
    (folder / "manifest.json").write_text(
        json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )


@contextmanager
def _whole(folder: Path) -> Iterator[Path]:
    """A folder to write to that takes its place only when all is in it."""
    building = folder.with_name(f".building-{folder.name}")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    try:
        yield building
        for path in building.iterdir():
            with path.open("rb") as written:
                os.fsync(written.fileno())
        shutil.rmtree(folder, ignore_errors=True)
        building.rename(folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)
