"""Rows that were rejected, mended by hand: landed as a delivery that mends the one they came in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from cdp.engine import Engine
from cdp.errors import ConfigError, DeliveryError, NotFoundError
from cdp.ingest.context import in_context
from cdp.ingest.landing import land_file
from cdp.ingest.readers import Row
from cdp.project import FileFormat, Project, Source, nearest
from cdp.store.ledger import Arrival, Ledger, fingerprint_file

SUFFIX = ".manifest.json"
"""What the name of a file's manifest adds to the name of the file."""


@dataclass(frozen=True)
class Manifest:
    """What a file of rejected rows was made of.

    ``lines`` are the lines at which its rows start in the file that first brought them, in the
    order in which they stand; ``read_as`` the type of file that holds them now; ``exported_at``
    UTC, ISO.
    """

    delivery_id: str
    source: str
    source_file: str
    read_as: str
    lines: tuple[int, ...]
    sha256: str
    exported_at: str

    def write(self, path: Path) -> None:
        """Write it where `read_manifest` finds it, by the file's path."""
        text = json.dumps(asdict(self), indent=1, ensure_ascii=False)
        manifest_path(path).write_text(text + "\n", encoding="utf-8")


def manifest_path(path: Path) -> Path:
    """Where the manifest of a file lies: beside it.

    >>> manifest_path(Path("d_1.contacts.csv")).name
    'd_1.contacts.csv.manifest.json'
    """
    return path.with_name(path.name + SUFFIX)


def read_manifest(path: Path, *, otherwise_in: Path) -> Manifest:
    """The manifest of a file: beside it, else under its name in another folder.

    Raises:
        NotFoundError: There is no such file, or no manifest of it.
        ConfigError: The manifest is none.
    """
    if not path.is_file():
        raise NotFoundError(
            what="there is no such file", where=str(path),
            next_step="`cdp quarantine export` writes the rows that were rejected",
        )  # fmt: skip
    places = (manifest_path(path), otherwise_in / manifest_path(path).name)
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        raise NotFoundError(
            what=f"{path.name} has no manifest, so nothing tells which rows it mends",
            where=str(places[0]),
            next_step="keep the name that `cdp quarantine export` gave it, and the manifest beside"
            " it; a file that was never rejected belongs into the inbox",
        )
    try:
        told = json.loads(found.read_text(encoding="utf-8"))
        return Manifest(**{**told, "lines": tuple(map(int, told["lines"]))})
    except (ValueError, TypeError, KeyError):
        raise ConfigError(
            what="the manifest is not as it was written", where=found.name,
            next_step="export the rows again",
        ) from None  # fmt: skip


@dataclass(frozen=True)
class Mended:
    """A mended file in the ledger: its delivery, that which it mends, and whether it is new."""

    delivery_id: str
    mends: str
    is_new: bool


def land_mended(
    engine: Engine,
    project: Project,
    path: Path,
    manifest: Manifest,
    *,
    as_of: datetime,
    run_id: str,
) -> Mended:
    """Land a mended file, its rows under the lines that they had in the file that brought them.

    The delivery has the time of the one it mends, so what its source said since stays newer. The
    same content again lands nothing.

    Raises:
        NotFoundError: Its source or its delivery is not there any more.
        ConfigError: The delivery is taken back or held, nothing is mended in the file, or its
            rows cannot be told apart from rows that were accepted.
        DeliveryError: It cannot be read, or has another number of rows than were exported.
    """
    source = _source_of(project, manifest.source)
    ledger = Ledger(engine)
    entries = ledger.deliveries(source.name)
    first = _mended_delivery(entries, manifest)
    sha256 = fingerprint_file(path)
    if sha256 == manifest.sha256:
        raise ConfigError(
            what="nothing is mended yet: the file is as it was exported", where=path.name,
            next_step="mend its rows, then replay it",
        )  # fmt: skip
    twins = entries.filter(pl.col("mends") == first["delivery_id"], pl.col("sha256") == sha256)
    if twins.height:
        return Mended(str(twins["delivery_id"][0]), str(first["delivery_id"]), is_new=False)
    told = f"{source.name}|mends {first['delivery_id']}|{sha256}"
    delivery_id = "d_" + hashlib.sha256(told.encode()).hexdigest()[:16]
    file_format = _mended_format(source.format, first)
    arrival = Arrival(
        source=source.name, source_file=_named(path, project.root), path=path, sha256=sha256,
        size_bytes=path.stat().st_size, delivered_at=first["delivered_at"],
        format=file_format.model_dump_json(), mends=str(first["delivery_id"]),
    )  # fmt: skip
    lines = manifest.lines
    completed = in_context(engine, source, str(first["delivery_id"]), lines)
    read_otherwise = source.model_copy(update={"format": file_format})
    land_file(
        engine, read_otherwise, arrival, delivery_id, as_of, run_id,
        placed=lambda rows: map(completed, _placed(rows, lines, path.name)),
    )  # fmt: skip
    return Mended(delivery_id, str(first["delivery_id"]), is_new=True)


def _mended_format(stated: FileFormat, first: Mapping[str, Any]) -> FileFormat:
    """How a mended file is read: as the file that first brought its rows.

    What that file showed of itself, such as the order of its dates, a few rows may not show. Where
    the contract's format has changed since, its word counts. Rows of Parquet were written as JSON
    Lines, those of arrays deep inside JSON as one array.
    """
    is_same = first["read_as"] and first["format"] == stated.model_dump_json()
    known = FileFormat.model_validate_json(first["read_as"]) if is_same else stated
    if known.type == "parquet":
        return known.model_copy(update={"type": "jsonl"})
    return known.model_copy(update={"rows": None})


def _source_of(project: Project, name: str) -> Source:
    by_name = {source.name: source for source in project.sources}
    if name not in by_name:
        near = nearest(name, [*by_name])
        raise NotFoundError(
            what=f"the project has no source `{name}` any more", where="sources/",
            next_step=f"did you rename it to `{near}`?" if near else "give it its contract back",
        )  # fmt: skip
    return by_name[name]


def _mended_delivery(entries: pl.DataFrame, manifest: Manifest) -> dict[str, Any]:
    """The delivery that first brought the rows; one that mends leads to that which it mends."""
    by_id = {row["delivery_id"]: row for row in entries.iter_rows(named=True)}
    asked = by_id.get(manifest.delivery_id)
    first = by_id.get(asked["mends"] or asked["delivery_id"]) if asked else None
    if asked is None or first is None:
        raise NotFoundError(
            what=f"this store has no delivery {manifest.delivery_id}", where=manifest.source,
            next_step="replay the file in the project that it was exported from",
        )  # fmt: skip
    remedy = {
        "revoked": "`cdp deliveries restore` lets it count again",
        "held": "mend its file under its own name, or its contract: it is then judged as a whole",
    }
    for entry in (asked, first):
        if entry["status"] in remedy:
            raise ConfigError(
                what=f"the delivery that it mends is {entry['status']}: {entry['reason']}",
                where=str(entry["delivery_id"]),
                next_step=remedy[entry["status"]],
            )
    return first


def _named(path: Path, root: Path) -> str:
    whole = path.resolve()
    inside = whole.is_relative_to(root.resolve())
    return whole.relative_to(root.resolve()).as_posix() if inside else path.name


def _placed(rows: Iterator[Row], lines: Sequence[int], name: str) -> Iterator[Row]:
    """Rows under the lines that they had; as many as there were."""
    count = 0
    for row in rows:
        count += 1
        if count <= len(lines):
            yield row._replace(source_row=lines[count - 1])
    if count != len(lines):
        raise DeliveryError(
            what=f"the file has {count} rows, and {len(lines)} were exported",
            where=name,
            next_step="keep every row in its place, and leave as it is what cannot be mended; or "
            "mend the whole file under its own name in the inbox",
        )
