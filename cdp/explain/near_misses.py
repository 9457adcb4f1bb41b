"""What a word that leads to nobody may have meant: the beginning of an id, a key near to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from cdp.errors import ConfigError, NotFoundError
from cdp.explain.masking import mask_source_key
from cdp.explain.snapshot import Snapshot

_BEGUN = """
    select customer_id from customers where starts_with(customer_id, $begun)
    union
    select customer_id from customer_changes where starts_with(customer_id, $begun)
    order by customer_id
"""
# Whoever differs in case, zeros ahead or punctuation only is nearest of all.
_NEAR = r"""
    with keys as (
        select source_record_id as key from records where source = $source and is_current
        union
        select source_touchpoint_id from timeline where source = $source
    ),
    plain as (
        select key, ltrim(regexp_replace(lower(key), '[^\w]|_', '', 'g'), '0') as bare,
            ltrim(regexp_replace(lower($key), '[^\w]|_', '', 'g'), '0') as bare_asked
        from keys where abs(length(key) - length($key)) <= 6
    )
    select key, bare = bare_asked as is_same_bare,
        damerau_levenshtein(lower(key), lower($key)) as distance
    from plain
    where is_same_bare and bare <> '' or distance <= $most
    order by is_same_bare desc, distance, key
    limit 1
"""
_BEARERS = """
    select distinct source from source_records where source_record_id = $key
    union
    select distinct source from timeline where source_touchpoint_id = $key
    order by source
"""


def ids_begun(snapshot: Snapshot, begun: str) -> list[str]:
    """Every customer id, of today or of the past, that begins so; sorted."""
    return list(snapshot.query(_BEGUN, {"begun": begun.lower()})["customer_id"])


def nearest_key(snapshot: Snapshot, source: str, key: str) -> str | None:
    """The ``source:key`` of a record or an event that is near to a key, masked; null if none is.

    Near is: another case, other zeros ahead or punctuation; one sign in five or more, two in ten.
    Ties go to the smaller key.
    """
    most = min(len(key) // 5, 2)
    near = snapshot.query(_NEAR, {"source": source, "key": key, "most": most})
    return mask_source_key(f"{source}:{near['key'][0]}") if near.height else None


def bearers(snapshot: Snapshot, key: str) -> list[str]:
    """The sources of which a row or an event has this key; sorted."""
    return list(snapshot.query(_BEARERS, {"key": key})["source"])


@contextmanager
def of_word(place: str) -> Iterator[None]:
    """Say of what goes wrong within which word it was; a word may be a personal value itself."""
    try:
        yield
    except (NotFoundError, ConfigError) as fault:
        fault.what = f"the {place} word: {fault.what}"
        raise
