"""Rejected rows as files that their own contract reads: byte for byte, to be mended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import Any

import polars as pl

from cdp.errors import ConfigError, NotFoundError
from cdp.explain.quarantine.listing import refuse_former
from cdp.explain.snapshot import Snapshot
from cdp.ingest import Manifest, manifest_path, verbatim
from cdp.project import PACKED, FileFormat, Project
from cdp.store.disk import disk_faults
from cdp.store.ledger import fingerprint_file

_DELIVERIES = """
    select d.delivery_id, d.source, coalesce(o.source_file, d.source_file) as source_file,
        d.head, d.read_as
    from deliveries as d left join deliveries as o on d.mends = o.delivery_id
    where d.delivery_id in (
        select delivery_id from quarantine
        where replay_state = 'open' and ($source is null or source = $source)
            and ($rule is null or rule = $rule)
            and ($delivery is null or delivery_id = $delivery)
    )
    order by d.source, d.delivered_at, d.delivery_id
"""
# What could not be read tells why in its reason; such a row breaks no other rule.
_ROWS = """
    select source_row, any_value(raw) as raw,
        max(case when stage = 'ingest' then reason end) as fault
    from quarantine
    where delivery_id = $delivery and source_row in (
        select source_row from quarantine
        where delivery_id = $delivery and replay_state = 'open'
            and ($rule is null or rule = $rule)
    )
    group by source_row order by source_row
"""
_WHOLE_ROWS = {"parquet": "jsonl"}
"""Rows of these files are kept as JSON objects, and written one a line."""


@dataclass(frozen=True)
class Exported:
    """Files of rejected rows: path, delivery_id, source, source_file, rows, read_as of each.

    ``left_out`` tells which rows are in no file, and why.
    """

    files: tuple[dict[str, Any], ...]
    left_out: tuple[str, ...]

    def as_dict(self) -> dict[str, object]:
        """Everything, for machines."""
        return {"files": list(self.files), "left_out": list(self.left_out)}


def export_rows(
    snapshot: Snapshot,
    project: Project,
    *,
    out: Path,
    now: datetime,
    source: str | None = None,
    rule: str | None = None,
    delivery_id: str | None = None,
) -> Exported:
    """Write the open rows of each delivery to a file, with a manifest beside it.

    Args:
        snapshot: Holds the rows.
        project: Its sources say where files of theirs are looked for.
        out: A folder; or a file, where the rows are of one delivery.
        now: Told in the manifest, UTC.
        source: Only rows of it.
        rule: Only rows that broke it.
        delivery_id: Only rows of it.

    Raises:
        NotFoundError: No such row is open.
        ConfigError: A file lies there that was mended and not replayed, or where it would lie,
            the next run would read it as a new delivery.
        StoreFullError: The disk is full.
        NotPermittedError: The folder may not be written to.
    """
    refuse_former(snapshot)
    asked = {"source": source, "rule": rule, "delivery": delivery_id}
    deliveries = snapshot.query(_DELIVERIES, asked).to_dicts()
    if not deliveries:
        raise NotFoundError(
            what="no rejected row is open there", where=source or delivery_id or "all sources",
            next_step="`cdp quarantine list` tells which are",
        )  # fmt: skip
    is_file = bool(out.suffix) and not out.is_dir()
    if is_file and len(deliveries) > 1:
        raise ConfigError(
            what=f"the rows are of {len(deliveries)} deliveries, and each has a file of its own",
            where=str(out),
            next_step="name a folder, or one delivery with --delivery",
        )
    files, left_out = [], []
    with disk_faults(out.parent, called="the folder", remedy="name another with --out"):
        for one in deliveries:
            rows = snapshot.query(_ROWS, {"delivery": one["delivery_id"], "rule": rule})
            path = out if is_file else out / _name(one)
            _refuse_inbox(project, path)
            _refuse_overwriting(path)
            whole, why = _exportable(one, rows)
            if why:
                left_out.append(f"{one['source_file']}: {why}")
            if whole.height:
                files.append(_written(one, whole, path, now))
    return Exported(tuple(files), tuple(left_out))


def _name(delivery: dict[str, Any]) -> str:
    name = PurePosixPath(delivery["source_file"]).name
    for packed in PACKED:
        name = name.removesuffix(packed)
    if name.endswith(".parquet"):
        name = f"{name.removesuffix('.parquet')}.jsonl"
    return f"{delivery['delivery_id']}.{name}"


def _exportable(delivery: dict[str, Any], rows: pl.DataFrame) -> tuple[pl.DataFrame, str]:
    """The rows whose very bytes are known, and why others are left out."""
    if delivery["read_as"] is None:
        why = "landed by a former release, which kept no bytes: mend the file under its own name"
        return rows.clear(), why
    is_cut = pl.col("fault").fill_null("").str.starts_with("longer than")
    cut = rows.filter(is_cut).height
    why = f"{cut} rows are too long to be kept whole: mend the file under its own name"
    return rows.filter(~is_cut), why if cut else ""


def _written(
    delivery: dict[str, Any], rows: pl.DataFrame, path: Path, now: datetime
) -> dict[str, Any]:
    file_format = FileFormat.model_validate_json(delivery["read_as"])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)  # rejected rows are whole: for nobody else's eyes
    with path.open("wb") as file:
        for piece in _pieces(delivery["head"], rows, file_format):
            file.write(piece)
    read_as = _WHOLE_ROWS.get(file_format.type, file_format.type)
    manifest = Manifest(
        delivery["delivery_id"], delivery["source"], delivery["source_file"], read_as,
        tuple(rows["source_row"]), fingerprint_file(path), now.isoformat(timespec="seconds"),
    )  # fmt: skip
    manifest.write(path)
    named = ("delivery_id", "source", "source_file")
    told = {name: delivery[name] for name in named}
    return {"path": str(path), **told, "rows": rows.height, "read_as": read_as}


def _pieces(head: str | None, rows: pl.DataFrame, file_format: FileFormat) -> Iterator[bytes]:
    def text(words: str) -> bytes:
        return verbatim(words, file_format, None)

    is_array = file_format.type == "json"
    if is_array and file_format.encoding.lower().startswith(("utf-16", "utf-32")):
        yield text("\ufeff")
    yield text("[\n" if is_array else head or "")
    for place, (raw, fault) in enumerate(rows.select("raw", "fault").iter_rows(), start=1):
        is_last = place == rows.height
        yield verbatim(raw, file_format, fault)
        if is_array:
            yield text("\n" if is_last else ",\n")
        elif not is_last and not raw.endswith(("\n", "\r")):
            yield text("\n")
    if is_array:
        yield text("]\n")


def _refuse_inbox(project: Project, path: Path) -> None:
    whole = path.resolve()
    if not whole.is_relative_to(project.root.resolve()):
        return
    name = whole.relative_to(project.root.resolve()).as_posix()
    readers = [s.name for s in project.sources if _matches(name, s.path)]
    if readers:
        raise ConfigError(
            what=f"a file there is one that source {readers[0]} delivers: the next run would read"
            " it as news",
            where=name,
            next_step="name another folder with --out",
        )


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch(name, pattern.replace("**/", "*")) for pattern in patterns)


def _refuse_overwriting(path: Path) -> None:
    """What somebody has mended by hand must not be lost to a second export."""
    if not path.exists():
        return
    manifest = manifest_path(path)
    told = manifest.read_text(encoding="utf-8") if manifest.is_file() else ""
    if fingerprint_file(path) not in told:
        raise ConfigError(
            what="a file lies there that is not as it was exported",
            where=path.name,
            next_step="replay it, or take it away, or name another folder with --out",
        )
