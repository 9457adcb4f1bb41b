"""Keys of other sources: columns whose values are record keys in files of the project."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from cdp import ingest
from cdp.drafting.headers import has_words, plain
from cdp.drafting.keys import KeyColumn
from cdp.drafting.kinds import singular_of
from cdp.errors import DeliveryError
from cdp.project import Source

MOST_ROWS = 200_000
"""Rows of another source's newest files that are looked at for its keys."""
MOST_FILES = 3
FEWEST_SHARED, LEAST_SHARE = 3, 0.5


@dataclass(frozen=True)
class KnownKeys:
    """The record keys of a source, as far as its newest files were looked at."""

    source: str
    column: str
    keys: frozenset[str] = field(repr=False)


@dataclass(frozen=True)
class Reference:
    """A column of keys of another source; ``score`` 0 to 1, higher = surer."""

    source: str
    column: str
    score: float
    reason: str


def known_keys(root: Path, sources: Sequence[Source]) -> list[KnownKeys]:
    """The record keys of the sources that hold people; a file that cannot be read has none."""
    found = []
    for source in sources:
        if source.holds in ("people", "both") and len(source.record_key or ()) == 1:
            (column,) = source.record_key or ()
            keys = frozenset(_keys_of(root, source, column))
            found.append(KnownKeys(source.name, column, keys))
    return found


def _keys_of(root: Path, source: Source, column: str) -> Iterator[str]:
    left = MOST_ROWS
    files = ingest.files_below(root, source)
    for path in sorted(files, key=lambda f: (f.stat().st_mtime, f.name))[: -MOST_FILES - 1 : -1]:
        try:
            with ingest.open_rows(path, source.format) as reader:
                for row in islice(reader.rows, left):
                    left -= 1
                    value = _cell(json.loads(row.fields), column) if row.fields else None
                    if value:
                        yield value
        except (DeliveryError, OSError):
            continue


def _cell(fields: object, column: str) -> str | None:
    if isinstance(fields, dict) and column in fields:
        value = fields[column]
        return str(value).strip() if value is not None else None
    head, _, rest = column.partition(".")
    inner = fields.get(head) if isinstance(fields, dict) else None
    return _cell(inner, rest) if rest else None


def reference_to(known: Sequence[KnownKeys], columns: Sequence[KeyColumn]) -> Reference | None:
    """The column that holds another source's record keys: that with the largest share of them.

    Small numbers are keys of many things, so a column counts only if half of its values, and
    three at least, are keys there, or if it is called as that source's key is. Ties go to the
    header that names the source, then to the first column, then to the first source.
    """
    best: tuple[tuple[float, bool, int], Reference] | None = None
    for source in known:
        for key in columns:
            found = _share(source, key)
            if found and (best is None or found[0] > best[0]):
                best = found
    return best[1] if best else None


def _share(source: KnownKeys, key: KeyColumn) -> tuple[tuple[float, bool, int], Reference] | None:
    values = {*key.column.values}
    if not values:
        return None
    shared = len(values & source.keys)
    share = shared / len(values)
    is_same = plain(key.name) == plain(source.column) and plain(key.name) != "id"
    singular = " ".join(singular_of(word) for word in source.source.split("_"))
    is_named = is_same or has_words(plain(key.name), (singular, source.source.replace("_", " ")))
    enough = share >= LEAST_SHARE and shared >= (1 if is_named else FEWEST_SHARED)
    if not enough and not (is_same and shared):
        return None
    said = f"{shared} of {len(values)} values are record keys of `{source.source}`"
    score = min(0.98, 0.5 * share + (0.45 if is_named else 0.25))
    reference = Reference(source.source, key.name, score, said)
    return (round(share, 3), is_named, -key.column.place), reference
