"""The one record that a word of a steward means."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from cdp.errors import ConfigError, NotFoundError
from cdp.explain.finding import seek
from cdp.explain.snapshot import Snapshot


def find_key(snapshot: Snapshot | None, who: str, *, sources: Collection[str], region: str) -> str:
    """The ``source:key`` of the one record that a word means.

    A key that no run has seen yet is taken as it is, if its source is one of the project.

    Raises:
        NotFoundError: Nobody answers to the word.
        ConfigError: It means several records, or none by itself.
    """
    source, colon, key = who.strip().partition(":")
    is_key = bool(colon and key and source in sources)
    if snapshot is None and not is_key:
        raise NotFoundError(
            what="nothing is published yet, so only source:key can be ruled on",
            where="rulings", next_step="run the pipeline first: cdp run",
        )  # fmt: skip
    if snapshot is None:
        return f"{source}:{key}"
    if is_key and key.startswith(_STATED) and len(key) < _STATED_LENGTH:
        key = _whole_key(snapshot, source, key)
        who = f"{source}:{key}"
    try:
        found = seek(snapshot, who, default_region=region)
    except NotFoundError:
        if is_key:
            return f"{source}:{key}"
        raise
    records = found.record_ids or _records_of(snapshot, found.customer_ids)
    if len(records) != 1:
        raise ConfigError(
            what=f"it means {len(records)} records of {_customers(found.customer_ids)}, and a"
            " ruling is on one record and another",
            where="rulings",
            next_step="name one record as source:key; `cdp show` lists them",
        )
    named = snapshot.query(
        "select source || ':' || source_record_id as key from records "
        "where is_current and record_id = $record",
        {"record": records[0]},
    )
    return str(named["key"][0])


_STATED, _STATED_LENGTH = "person:", len("person:") + 32
"""The key of a person that an event states: a hash, of which lists show the beginning."""


def _whole_key(snapshot: Snapshot, source: str, begun: str) -> str:
    named = snapshot.query(
        "select distinct source_record_id as key from records "
        "where source = $source and starts_with(source_record_id, $begun) order by key",
        {"source": source, "begun": begun.rstrip("….")},
    )["key"]
    if len(named) != 1:
        raise ConfigError(
            what=f"{len(named) or 'no'} records of {source} have a key that begins so",
            where="rulings",
            next_step="say more of it, or the whole key: `cdp show` with --json has it",
        )
    return str(named[0])


def _customers(ids: Sequence[str]) -> str:
    return ids[0] if len(ids) == 1 else f"{len(ids)} customers"


def _records_of(snapshot: Snapshot, customer_ids: Sequence[str]) -> list[int]:
    found = snapshot.query(
        "select record_id from members where list_contains($ids, customer_id) "
        "and valid_to is null order by record_id",
        {"ids": [*customer_ids]},
    )
    return [int(record) for record in found["record_id"]]
