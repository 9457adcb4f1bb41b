"""Export identified customers to a folder of the outbox: files, what was rejected, a manifest."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from cdp.activation.destinations import DESTINATIONS, Destination
from cdp.activation.files import Row, WrittenFile, write_parts
from cdp.activation.folder import whole_folder
from cdp.engine import load
from cdp.errors import NotFoundError
from cdp.store.layout import Layout

_SQL = Path(__file__).parent / "sql"
_CHANNELS = ("email", "sms", "phone", "post")
_BATCH = 10_000
_ENDED_COLUMNS = ("customer_id", "kind", "survivor_id", "ended_at")
_ENDED_READS = {
    f"published.{name}": f"main.{name}"
    for name in ("customers", "customer_changes", "members", "records")
}
_HOW_TO_END = (
    "after loading the customers: merge what you have under customer_id into survivor_id; where "
    "survivor_id is empty, nobody known lives on: delete it or set it aside"
)


@dataclass(frozen=True)
class Export:
    """What an export wrote and what it did not.

    ``rows_written`` + rejected + left out = customers of the snapshot. Of the identified
    customers that refuse a channel, ``opted_out`` counts those whose row says so and ``untold``
    the others: their row was rejected, or the destination has no column for the channel.
    ``ended`` counts the ids that are no contact any more by what ended them.
    ``as_of`` is the clock of the run that made the snapshot. ``files`` name, rows, bytes, sha256.
    """

    destination: str
    run_id: str
    as_of: datetime
    folder: Path
    rows_written: int
    rejected: Mapping[str, int]
    left_out: Mapping[str, int]
    opted_out: Mapping[str, int]
    untold: Mapping[str, int]
    ended: Mapping[str, int]
    files: tuple[WrittenFile, ...]

    def as_dict(self) -> dict[str, object]:
        """Everything, for machines."""
        return asdict(self) | {
            "as_of": f"{self.as_of.isoformat()}Z",
            "folder": str(self.folder),
            "files": [asdict(file) for file in self.files],
        }


def export_customers(store: Path, *, destination: str, outbox: Path) -> Export:
    """Write the published customers for a destination to ``outbox/<destination>_<run_id>``.

    The folder appears whole or not at all; the same snapshot again gives the same bytes. Rows
    that the destination would refuse are in ``rejected.csv`` with their reasons. ``ended.csv``
    has every id that is no more, with the identified customer that it lives on in today (as
    `cdp show` tells it, however many merges and splits lie between), and those that live on as a
    cookie and nothing else (``anonymous``).
    It is whole each time, so an export may be missed.

    Raises:
        NotFoundError: Nothing is published yet, or there is no such destination.
        TransientError: Another export goes on, or the disk is full.
    """
    chosen = _chosen(destination)
    run_id, database = _snapshot(store)
    folder = outbox / f"{chosen.name}_{run_id}"
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        with whole_folder(folder) as building:
            made, header = _written(building, connection, chosen, folder, run_id)
            _write_manifest(building, made, chosen, header)
    return made


def _written(
    building: Path,
    connection: duckdb.DuckDBPyConnection,
    destination: Destination,
    folder: Path,
    run_id: str,
) -> tuple[Export, list[str]]:
    as_of = connection.execute("select as_of from runs where run_id = ?", [run_id]).fetchall()[0][0]
    anonymous = connection.execute(
        "select count(*) from customers where kind <> 'identified'"
    ).fetchall()[0][0]
    refusals = {channel: _refusing(connection, channel) for channel in _CHANNELS}
    statement = load(_SQL / f"{destination.name}.sql")
    found = connection.execute(statement.bind({"published.customers": "main.customers"}))
    header = [column[0] for column in found.description]
    rejected: dict[str, str] = {}
    rows = _accepted(destination, header, found, rejected)
    files = write_parts(
        building, destination.file_name, header, rows, max_bytes=destination.max_bytes
    )
    # Rows are rejected while they are written, so these are known only now.
    write_parts(building, "rejected", ("customer_id", "reason"), rejected.items(), max_bytes=None)
    ended = connection.execute(load(_SQL / "ended.sql").bind(_ENDED_READS)).fetchall()
    write_parts(building, "ended", _ENDED_COLUMNS, ended, max_bytes=None)
    told = {c: len(refusals[c] - rejected.keys()) for c in _CHANNELS if c in destination.opt_outs}
    made = Export(
        destination=destination.name,
        run_id=run_id,
        as_of=as_of,
        folder=folder,
        rows_written=sum(file.rows for file in files),
        rejected=dict(sorted(Counter(rejected.values()).items())),
        left_out={"anonymous": anonymous},
        opted_out=told,
        untold={channel: len(refusals[channel]) - told.get(channel, 0) for channel in _CHANNELS},
        ended=dict(sorted(Counter(str(row[1]) for row in ended).items())),
        files=tuple(files),
    )
    return made, header


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
    # The link is followed once: a swap meanwhile must not mix two snapshots.
    run_id = layout.current_run()
    database = layout.snapshot(run_id or "none") / "profiles.duckdb"
    if run_id is None or not database.is_file():
        raise NotFoundError(
            what="nothing is published yet", where=store.name, next_step="run first: cdp run"
        )
    return run_id, database


def _refusing(connection: duckdb.DuckDBPyConnection, channel: str) -> set[str]:
    found = connection.execute(
        f"select customer_id from customers where kind = 'identified' and not {channel}_consent"
    )
    return {str(row[0]) for row in found.fetchall()}


def _accepted(
    destination: Destination,
    header: Sequence[str],
    found: duckdb.DuckDBPyConnection,
    rejected: dict[str, str],
) -> Iterator[Row]:
    """The rows that can go; ``rejected`` gets the id and the reason of each other one."""
    key = header.index(destination.key)
    while batch := found.fetchmany(_BATCH):
        for row in batch:
            reason = destination.refusal(dict(zip(header, row, strict=True)))
            if reason is None:
                yield row
            else:
                rejected[str(row[key])] = reason


def _write_manifest(
    folder: Path, made: Export, destination: Destination, header: Sequence[str]
) -> None:
    told = made.as_dict() | {
        "folder": made.folder.name,
        "key": destination.key,
        "columns": list(header),
        "encoding": "UTF-8",
        "line_ending": "LF",
        "rejected_rows": "rejected.csv",
        "ended_ids": "ended.csv",
        "how_to_end": _HOW_TO_END,
        "how_to_load": destination.how_to_load,
        "notes": destination.notes,
    }
    (folder / "manifest.json").write_text(
        json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )
