"""What only the whole file tells of one of its rows, given to the row when it stands alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from cdp.engine import Engine
from cdp.errors import ConfigError
from cdp.ingest.readers import Row
from cdp.ingest.readers.json_cells import free_name
from cdp.ingest.readers.json_document import PARENT
from cdp.project import Source

InContext = Callable[[Row], Row]


def in_context(engine: Engine, source: Source, delivery_id: str, lines: Sequence[int]) -> InContext:
    """What gives mended rows, under the lines that they had, what the file around them told.

    For rows of arrays deep inside JSON: the objects around. For messages of a chat: their place
    among the author's in that minute, which makes their key. Elsewhere a row stands for itself.

    Raises:
        ConfigError: A row could not be read, so its place in the file is not known.
    """
    if source.format.type == "json" and source.format.rows is not None:
        around = _fields_of(engine, source, delivery_id)
        return _with_parents(source, around, lines)
    if source.format.type == "chat":
        return _with_places(source, _fields_of(engine, source, delivery_id), lines)
    return lambda row: row


def _fields_of(engine: Engine, source: Source, delivery_id: str) -> dict[int, dict[str, Any]]:
    rows = engine.query(
        f"select source_row, fields from raw.{source.name} where delivery_id = $id "
        "and fields is not null order by source_row",
        {"id": delivery_id},
    )
    return {line: json.loads(fields) for line, fields in rows.iter_rows()}


def _with_parents(
    source: Source, around: dict[int, dict[str, Any]], lines: Sequence[int]
) -> InContext:
    parents = {line: row[PARENT] for line, row in around.items() if PARENT in row}
    told = {json.dumps(parent) for parent in parents.values()}
    only = next(iter(parents.values()), None) if len(told) == 1 else None
    if only is None and not {*lines} <= parents.keys():
        raise _unknown(source, "the objects around them")

    def completed(row: Row) -> Row:
        if row.fields is None:
            return row
        own = json.loads(row.fields)
        if PARENT in own:
            own[free_name(PARENT, own)] = own.pop(PARENT)
        own[PARENT] = parents.get(row.source_row, only)
        return row._replace(fields=json.dumps(own, ensure_ascii=False))

    return completed


def _with_places(
    source: Source, around: dict[int, dict[str, Any]], lines: Sequence[int]
) -> InContext:
    if not {*lines} <= around.keys():
        raise _unknown(source, "their place among the messages of their minute")
    taken = {(row.get("sent_at"), row.get("author")): 0 for row in around.values()}
    for row in around.values():
        key = (row.get("sent_at"), row.get("author"))
        taken[key] = max(taken[key], int(row["place"]))

    def placed(row: Row) -> Row:
        if row.fields is None:
            return row
        own, before = json.loads(row.fields), around[row.source_row]
        key = (own.get("sent_at"), own.get("author"))
        if key == (before.get("sent_at"), before.get("author")):
            own["place"] = before["place"]
        else:  # as the last one that its author wrote then
            own["place"] = taken[key] = taken.get(key, 0) + 1
        return row._replace(fields=json.dumps(own, ensure_ascii=False))

    return placed


def _unknown(source: Source, what: str) -> ConfigError:
    return ConfigError(
        what=f"some of its rows could not be read, and only the whole file tells {what}",
        where=f"source {source.name}",
        next_step="mend the whole file under its own name in the inbox",
    )
