"""Land files: each new file of a source becomes a delivery, its rows verbatim in ``raw``."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import polars as pl
import pyarrow as pa

from cdp.engine import Engine
from cdp.errors import DeliveryError
from cdp.ingest.known_files import (
    entry_of,
    in_its_place,
    is_settled,
    next_delivery_id,
    repeats_latest,
)
from cdp.ingest.readers import Row, open_rows
from cdp.project import Project, Source
from cdp.store.ledger import Arrival, Ledger, fingerprint_file
from cdp.tables import Contract, raw_rows

CHUNK_ROWS = 50_000


@dataclass(frozen=True)
class Landing:
    """What landing a source brought: new deliveries, rows read, files known already."""

    source: str
    delivery_ids: tuple[str, ...]
    rows_read: int
    known_files: int
    unreadable_files: int


def find_files(project: Project, source: Source) -> list[Path]:
    """The files of a project that a source's `path` patterns match, as `files_below` does."""
    return files_below(project.root, source)


def files_below(root: Path, source: Source) -> list[Path]:
    """The files that a source's `path` patterns match, sorted; hidden files are left out.

    A folder counts where the pattern asks for an ending: what is called like a file is one that
    cannot be read, and is told.
    """
    found = {
        path
        for pattern in source.path
        for path in root.glob(pattern)
        if not path.name.startswith(".") and (path.is_file() or Path(pattern).suffix)
    }
    return sorted(found)


def delivered_at(path: Path, source: Source) -> datetime:
    """When the source delivered a file: the date in its name, else its modification time.

    Raises:
        DeliveryError: The contract wants a date in the name and there is none.
    """
    if source.delivered_at is None:
        return _modified_at(path)
    pattern = source.delivered_at.from_name
    digits = re.sub(
        r"%[a-zA-Z]", lambda code: _DIGITS.get(code.group(), r"\w+?"), re.escape(pattern)
    )
    found = re.search(digits, path.name)
    try:
        if found is None:
            raise ValueError
        return datetime.strptime(found.group(), pattern)
    except ValueError:
        raise DeliveryError(
            what=f"the file's name holds no date like {pattern!r}",
            where=f"source {source.name}: {path.name}",
            next_step="rename the file, or mend `delivered_at.from_name` in its contract",
        ) from None


def _modified_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, tz=UTC).replace(tzinfo=None)


_DIGITS = {
    "%Y": r"\d{4}",
    "%m": r"\d{2}",
    "%d": r"\d{2}",
    "%H": r"\d{2}",
    "%M": r"\d{2}",
    "%S": r"\d{2}",
}


def unheard(_rows: int) -> None:
    """Hear of rows and do nothing."""


def land_source(
    engine: Engine,
    project: Project,
    source: Source,
    *,
    as_of: datetime,
    run_id: str,
    on_rows: Callable[[int], None] = unheard,
) -> Landing:
    """Land every new file of a source; each file in a transaction of its own.

    A file is new when no delivery has its name and content, and its content is not that of the
    source's latest delivery. One that could not be read is tried again by each run, and one that
    was read in another format (its contract was mended) is read again. ``on_rows`` hears of every
    chunk of rows read.
    """
    ledger = Ledger(engine)
    engine.ensure(raw_rows(source.name))
    new: list[str] = []
    rows = known = unreadable = 0
    for found in _arrivals(project, source, as_of):
        with engine.transaction():
            earlier = _forget_unread(engine, ledger.deliveries(source.name), found)
            entry = entry_of(earlier, found)
            arrival = in_its_place(earlier, entry, found)
            if entry is not None and is_settled(earlier, entry, arrival):
                known += 1
                continue
            delivery_id = str(entry["delivery_id"]) if entry else next_delivery_id(earlier, arrival)
            if entry is None and repeats_latest(earlier, arrival):
                ledger.enter(
                    arrival, delivery_id=delivery_id, status="repeat", header=None, rows_read=0,
                    reason="same content as the source's latest delivery",
                    as_of=as_of, run_id=run_id,
                )  # fmt: skip
                continue
        try:
            landed = _land(engine, ledger, source, arrival, delivery_id, as_of, run_id, on_rows)
        except DeliveryError as fault:
            unreadable += 1
            # What was read before stays as it was read; what never was is entered once.
            if entry is None or (entry["status"] == "unreadable" and entry["reason"] != fault.what):
                ledger.enter(
                    arrival, delivery_id=delivery_id, status="unreadable", header=None,
                    reason=fault.what, rows_read=0, as_of=as_of, run_id=run_id,
                )  # fmt: skip
        else:
            new.append(delivery_id)
            rows += landed
    return Landing(source.name, tuple(new), rows, known, unreadable)


def _arrivals(project: Project, source: Source, as_of: datetime) -> list[Arrival]:
    arrivals = [_arrival(project, source, path, as_of) for path in find_files(project, source)]
    return sorted(arrivals, key=lambda a: (a.delivered_at, a.source_file))


def _unread(source_file: str) -> str:
    """What stands for the fingerprint of a file that could not be read; no content has it."""
    return hashlib.sha256(f"unread {source_file}".encode()).hexdigest()


def _arrival(project: Project, source: Source, path: Path, as_of: datetime) -> Arrival:
    """A file as it stands, with the fault that keeps it from being read, if there is one."""
    source_file = path.relative_to(project.root).as_posix()
    seen = Arrival(
        source=source.name,
        source_file=source_file,
        path=path,
        sha256=_unread(source_file),
        size_bytes=0,
        delivered_at=as_of,
        format=source.format.model_dump_json(),
    )
    try:
        seen = replace(seen, delivered_at=_modified_at(path), size_bytes=path.stat().st_size)
        seen = replace(seen, sha256=fingerprint_file(path))
        return replace(seen, delivered_at=delivered_at(path, source))
    except DeliveryError as unnamed:
        return replace(seen, fault=unnamed)
    except OSError as refused:
        unread = DeliveryError(
            what=f"the file cannot be read ({type(refused).__name__})",
            where=f"source {source.name}: {path.name}",
            next_step="mend its permissions, or deliver it again",
        )
        return replace(seen, fault=unread)


def _forget_unread(engine: Engine, earlier: pl.DataFrame, arrival: Arrival) -> pl.DataFrame:
    """Once a file can be read, that it could not be is no delivery of it any more."""
    mark = _unread(arrival.source_file)
    if arrival.sha256 == mark:
        return earlier
    gone = earlier.filter(pl.col("sha256") == mark)["delivery_id"].to_list()
    if gone:
        engine.delete("ops.deliveries", "delivery_id", gone)
    return earlier.filter(~pl.col("delivery_id").is_in(gone))


def stage_rows(engine: Engine, source: Source, rows: list[Row], *, as_of: datetime) -> None:
    """Put rows in place as a delivery named ``preview``, for a look that stores nothing."""
    contract = raw_rows(source.name)
    arrival = Arrival(source.name, "preview", Path("preview"), "", 0, as_of, "")
    engine.store_frame(contract, _table(rows, contract, "preview", "preview"), append=False)
    Ledger(engine).enter(
        arrival, delivery_id="preview", status="landed", reason=None, header=None,
        rows_read=len(rows), as_of=as_of, run_id="preview",
    )  # fmt: skip


def _land(
    engine: Engine,
    ledger: Ledger,
    source: Source,
    arrival: Arrival,
    delivery_id: str,
    as_of: datetime,
    run_id: str,
    on_rows: Callable[[int], None],
) -> int:
    """Write one file's rows, those of a former reading replaced; the number of rows."""
    if arrival.fault is not None:
        raise arrival.fault
    contract = raw_rows(source.name)
    with engine.transaction(), open_rows(arrival.path, source.format) as reader:
        engine.delete(contract.name, "delivery_id", [delivery_id])
        rows = 0
        for chunk in _chunks(reader.rows):
            table = _table(chunk, contract, delivery_id, arrival.source_file)
            rows += engine.store_frame(contract, table, append=True, is_key_checked=False)
            on_rows(len(chunk))
        ledger.enter(
            arrival, delivery_id=delivery_id, status="landed", reason=None, rows_read=rows,
            header=json.dumps(reader.header) if reader.header else None,
            as_of=as_of, run_id=run_id,
        )  # fmt: skip
    return rows


def _chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while chunk := list(islice(rows, CHUNK_ROWS)):
        yield chunk


def _table(chunk: list[Row], contract: Contract, delivery_id: str, source_file: str) -> pa.Table:
    count = len(chunk)
    columns = {
        "delivery_id": [delivery_id] * count,
        "source_file": [source_file] * count,
        "source_row": [row.source_row for row in chunk],
        "raw": [row.raw for row in chunk],
        "fields": [row.fields for row in chunk],
        "fault": [row.fault for row in chunk],
    }
    return pa.table(columns, schema=contract.schema)
