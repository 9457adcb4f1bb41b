"""Try a source contract on the first rows of a file: raw beside mapped, nothing stored."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path

from cdp import ingest, quality
from cdp.engine import DuckDBEngine
from cdp.errors import NotFoundError
from cdp.pipeline.doubts import doubtful_amounts, is_order_open, misread_letters, open_order
from cdp.pipeline.misreadings import counted, misreadings
from cdp.project import FileFormat, Project, Source, survey_project

ROWS = 10
_NOT_SHOWN = frozenset(
    [
        "delivery_id",
        "source",
        "source_file",
        "source_row",
        "delivered_at",
        "fault",
        "person_hash",
        "declared",
        "is_observed_at_read",
        "is_occurred_at_stated",
        "is_amount_read",
        "is_score_read",
        "emails_refused",
        "emails_disposable",
        "phones_refused",
        "birth_date_refused",
        "set_aside",
    ]
)


def preview(
    project: Project, file: Path, *, source_name: str | None, as_of: datetime
) -> dict[str, object]:
    """The first rows of a file as its contract reads and cleans them.

    Each row has ``source_row``, ``raw`` (the fields as they came), ``mapped`` (canonical column
    to cleaned value; absent when empty), ``unmapped``, ``fault``, ``set_aside`` and ``misread``:
    keys and times that are missing or unreadable, and values of which nothing usable was left.
    ``misread`` beside the rows counts them by column; ``notices`` is what is in doubt of the file.

    Raises:
        NotFoundError: No file of that name, no such source, or no source whose path fits.
        DeliveryError: The file cannot be read.
    """
    source = _source_of(project, file, source_name)
    engine = DuckDBEngine()
    with ingest.open_rows(file, source.format) as reader:
        rows = list(islice(reader.rows, ROWS))
        header, read_as = reader.header, reader.read_as
    ingest.stage_rows(engine, source, rows, as_of=as_of)
    ingest.map_rows(engine, source, delivery_ids=["preview"])
    quality.parse_rows(engine, project, source, as_of=as_of)
    checked = engine.query("select * from mapped.checked order by source_row")
    read = engine.query("select * from mapped.rows order by source_row")
    shown, misread = [], []
    for row, clean, rest in zip(
        rows, checked.iter_rows(named=True), read.iter_rows(named=True), strict=True
    ):
        raw = json.loads(row.fields) if row.fields else {}
        misread.append(misreadings(source, raw, rest, clean))
        mapped = {k: v for k, v in clean.items() if k not in _NOT_SHOWN and v not in (None, [])}
        mapped |= json.loads(clean["declared"] or "{}")
        shown.append(
            {
                "source_row": row.source_row,
                "raw": raw if row.fields else row.raw.rstrip(),
                "mapped": mapped,
                "unmapped": json.loads(rest["extra"]) if rest["extra"] else {},
                "fault": rest["fault"],
                "set_aside": rest["set_aside"],
                "misread": [f"{column}: {what}" for column, what in misread[-1]],
            }
        )
    notices = [*_notices(project, file, source, rows, read_as)]
    return {
        "source": source.name, "file": file.name, "header": header, "rows": shown,
        "misread": counted(misread), "notices": notices,
    }  # fmt: skip


def _notices(
    project: Project, file: Path, source: Source, rows: Sequence[ingest.Row], read_as: FileFormat
) -> Iterator[str]:
    if is_order_open(file, source):
        yield open_order(source, survey_project(project.root).contracts[source.name])
    yield from filter(None, (misread_letters(rows, read_as), doubtful_amounts(rows, source)))


def _source_of(project: Project, file: Path, source_name: str | None) -> Source:
    if not file.is_file():
        raise NotFoundError(
            what="there is no such file",
            where=str(file),
            next_step="check the path; it is not the source's name",
        )
    if source_name is not None:
        return _named(project, source_name)
    fitting = [
        s
        for s in project.sources
        if file.resolve() in map(Path.resolve, ingest.find_files(project, s))
    ]
    if len(fitting) != 1:
        names = ", ".join(source.name for source in fitting or project.sources)
        raise NotFoundError(
            what=f"{len(fitting)} sources have a path that fits the file",
            where=file.name,
            next_step=f"say which one with --source: {names}",
        )
    return fitting[0]


def _named(project: Project, name: str) -> Source:
    by_name = {source.name: source for source in project.sources}
    if name not in by_name:
        near = difflib.get_close_matches(name, by_name, n=1)
        raise NotFoundError(
            what=f"there is no source `{name}`",
            where="sources/",
            next_step=f"did you mean `{near[0]}`?" if near else f"known: {', '.join(by_name)}",
        )
    return by_name[name]
