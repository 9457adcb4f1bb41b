"""Land files: each new file of a source becomes a delivery, its rows verbatim in ``raw``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from cdp.engine import Engine
from cdp.errors import DeliveryError
from cdp.ingest.arrivals import arrivals, files_to_open, find_files, unread_mark
from cdp.ingest.known_files import (
    entry_of,
    in_its_place,
    is_settled,
    next_delivery_id,
    repeats_latest,
)
from cdp.ingest.readers import Portion, Row, RowReader, open_rows
from cdp.ingest.readers.row import ROWS
from cdp.project import Project, Source
from cdp.store.ledger import Arrival, Ledger, Shown
from cdp.tables import Contract, raw_rows

CHUNK_ROWS = 50_000
CHUNK_CHARACTERS = 64 * 1024 * 1024
"""Rows that are written at once: so many, or fewer where they are long."""


@dataclass(frozen=True)
class Landing:
    """What landing a source brought: new deliveries, rows read, files known already."""

    source: str
    delivery_ids: tuple[str, ...]
    rows_read: int
    known_files: int
    unreadable_files: int


def unheard(_rows: int) -> None:
    """Hear of rows and do nothing."""


def land_source(
    engine: Engine,
    project: Project,
    source: Source,
    *,
    as_of: datetime,
    run_id: str,
    is_full: bool = False,
    on_rows: Callable[[int], None] = unheard,
) -> Landing:
    """Land every new file of a source; each file in a transaction of its own.

    A file is new when no delivery has its name and content, and its content is not that of the
    source's latest delivery. One that could not be read is tried again by each run, and one that
    was read in another format (its contract was mended) is read again. A file of the size and time
    that were noted when it landed is not even opened, unless ``is_full``. ``on_rows`` hears of
    every chunk of rows read.
    """
    ledger = Ledger(engine)
    engine.ensure(raw_rows(source.name))
    files = find_files(project, source)
    opened = files if is_full else files_to_open(project, source, files, _of_files(ledger, source))
    new: list[str] = []
    modified: dict[str, datetime] = {}
    rows, known, unreadable = 0, len(files) - len(opened), 0
    for found in arrivals(project, source, opened, as_of=as_of):
        with engine.transaction():
            earlier = _forget_unread(engine, _of_files(ledger, source), found)
            entry = entry_of(earlier, found)
            arrival = in_its_place(earlier, entry, found)
            if entry is not None and is_settled(earlier, entry, arrival):
                known += 1
                if found.modified_at is not None:
                    modified[str(entry["delivery_id"])] = found.modified_at
                continue
            delivery_id = str(entry["delivery_id"]) if entry else next_delivery_id(earlier, arrival)
            if entry is None and repeats_latest(earlier, arrival):
                ledger.enter(
                    arrival, delivery_id=delivery_id, status="repeat", rows_read=0,
                    reason="same content as the source's latest delivery",
                    as_of=as_of, run_id=run_id,
                )  # fmt: skip
                continue
        try:
            landed = land_file(engine, source, arrival, delivery_id, as_of, run_id, on_rows)
        except DeliveryError as fault:
            unreadable += 1
            # What was read before stays as it was read; what never was is entered once.
            if entry is None or (entry["status"] == "unreadable" and entry["reason"] != fault.what):
                ledger.enter(
                    arrival, delivery_id=delivery_id, status="unreadable",
                    reason=fault.what, rows_read=0, as_of=as_of, run_id=run_id,
                )  # fmt: skip
        else:
            new.append(delivery_id)
            rows += landed
    with engine.transaction():
        ledger.note_modified(modified)
    return Landing(source.name, tuple(new), rows, known, unreadable)


def _of_files(ledger: Ledger, source: Source) -> pl.DataFrame:
    """A source's deliveries but those that mend others: no file of its inbox brought these."""
    return ledger.deliveries(source.name).filter(pl.col("mends").is_null())


def _forget_unread(engine: Engine, earlier: pl.DataFrame, arrival: Arrival) -> pl.DataFrame:
    """Once a file can be read, that it could not be is no delivery of it any more."""
    mark = unread_mark(arrival.source_file)
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
    chunk = pl.DataFrame(rows, ROWS, orient="row")
    engine.store_frame(contract, _table(chunk, contract, "preview", "preview"), append=False)
    Ledger(engine).enter(
        arrival, delivery_id="preview", status="landed", reason=None,
        rows_read=len(rows), as_of=as_of, run_id="preview",
    )  # fmt: skip


def land_file(
    engine: Engine,
    source: Source,
    arrival: Arrival,
    delivery_id: str,
    as_of: datetime,
    run_id: str,
    on_rows: Callable[[int], None] = unheard,
    *,
    placed: Callable[[Iterator[Row]], Iterator[Row]] | None = None,
) -> int:
    """Write one file's rows, those of a former reading replaced; the number of rows.

    ``placed`` says under which lines the rows go; null, under those of their own file.
    """
    if arrival.fault is not None:
        raise arrival.fault
    contract = raw_rows(source.name)
    with (
        engine.frugal(),
        engine.transaction(),
        open_rows(arrival.path, source.format) as reader,
    ):
        engine.delete(contract.name, "delivery_id", [delivery_id])
        rows = 0
        for chunk in _chunks(placed(reader.rows) if placed else reader.portions):
            table = _table(chunk, contract, delivery_id, arrival.source_file)
            rows += engine.store_frame(contract, table, append=True, is_key_checked=False)
            on_rows(chunk.height)
        Ledger(engine).enter(
            arrival, delivery_id=delivery_id, status="landed", reason=None, rows_read=rows,
            shown=_shown(reader),
            as_of=as_of, run_id=run_id,
        )  # fmt: skip
    return rows


def _shown(reader: RowReader) -> Shown:
    header = json.dumps(reader.header) if reader.header else None
    return Shown(header, reader.head, reader.read_as.model_dump_json())


def _chunks(portions: Iterator[Portion]) -> Iterator[pl.DataFrame]:
    """Frames of rows, of a bounded size."""
    frames: list[pl.DataFrame] = []
    rows: list[Row] = []
    count = characters = 0
    for portion in portions:
        if isinstance(portion, Row):
            rows.append(portion)
            count += 1
            characters += len(portion.raw)
        else:
            frames.append(portion)
            count += portion.height
            characters += int(portion["raw"].str.len_bytes().sum())
        if count >= CHUNK_ROWS or characters >= CHUNK_CHARACTERS:
            yield _chunk(frames, rows)
            frames, rows, count, characters = [], [], 0, 0
    if count:
        yield _chunk(frames, rows)


def _chunk(frames: Sequence[pl.DataFrame], rows: Sequence[Row]) -> pl.DataFrame:
    """Rows and frames as one; lines that stood between those of frames come back there."""
    single = pl.DataFrame(rows, ROWS, orient="row")
    return pl.concat([*frames, single]).sort("source_row") if frames else single


def _table(
    chunk: pl.DataFrame, contract: Contract, delivery_id: str, source_file: str
) -> pl.DataFrame:
    place = pl.lit(delivery_id).alias("delivery_id"), pl.lit(source_file).alias("source_file")
    return chunk.with_columns(place).select(contract.column_names)
