"""Deliveries as the snapshot has them, and which of them somebody means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from cdp.errors import ConfigError, NotFoundError
from cdp.explain.snapshot import open_snapshot
from cdp.project import nearest
from cdp.store.revocations import Word, revoking_word

_SHORTEST = 6
_LISTED = """
    select columns(lambda name: name in (
        'delivery_id', 'source', 'source_file', 'delivered_at', 'status', 'reason', 'rows_read',
        'rows_accepted', 'rows_quarantined', 'rows_duplicate', 'rows_set_aside', 'rows_held',
        'mends'
    ))
    from deliveries order by delivered_at desc, source, delivery_id
"""
_WHOLE_ID = re.compile(r"d_[0-9a-f]{16}")


def read_deliveries(store: Path, words: Mapping[str, Word]) -> pl.DataFrame:
    """The published deliveries, newest first, with what is to become of them.

    Columns: short_id (what tells it apart, to type), delivery_id, source, source_file,
    delivered_at, status, reason, rows_read and its five parts, mends (the delivery whose rows it
    mends; null else), next_run (``revoke`` or ``restore`` where the log says otherwise than the
    snapshot; null else).

    Raises:
        NotFoundError: Nothing is published yet.
    """
    with open_snapshot(store) as snapshot:
        found = snapshot.query(_LISTED)
    if "mends" not in found.columns:  # a snapshot of a former release
        found = found.with_columns(pl.lit(None, pl.String).alias("mends"))
    ids = found["delivery_id"].to_list()
    length = next(
        (n for n in range(_SHORTEST, 17) if len({one[2 : 2 + n] for one in ids}) == len(ids)), 16
    )
    ahead = [
        _ahead(revoking_word(words, row["delivery_id"], row["mends"]), row["status"])
        for row in found.iter_rows(named=True)
    ]
    return found.with_columns(
        pl.col("delivery_id").str.slice(2, length).alias("short_id"),
        pl.Series("next_run", ahead, dtype=pl.String),
    ).select("short_id", *found.columns, "next_run")


def _ahead(word: Word | None, status: str) -> str | None:
    is_revoked = word is not None
    if status in ("repeat", "unreadable") or is_revoked == (status == "revoked"):
        return None
    return "revoke" if is_revoked else "restore"


def find_delivery(deliveries: pl.DataFrame | None, asked: str) -> dict[str, object]:
    """The delivery that somebody means: by its id, the beginning of it, or its file.

    A whole id that the snapshot does not have is taken at its word: a run that the gate refused
    names deliveries that were never published.

    Raises:
        NotFoundError: None or several have that name; the nearest are named.
        ConfigError: It brought no rows of its own, so there is nothing to take back.
    """
    listed = deliveries if deliveries is not None else pl.DataFrame(schema={"delivery_id": str})
    known = listed.rows(named=True)
    bare = asked.removeprefix("d_")
    meant = [row for row in known if bare and row["delivery_id"][2:].startswith(bare)] or [
        row for row in known if asked in (row["source_file"], Path(row["source_file"]).name)
    ]
    if not meant and _WHOLE_ID.fullmatch(asked):
        return {"delivery_id": asked, "status": None}
    if len(meant) != 1:
        names = [str(row["short_id"]) for row in meant]
        near = nearest(bare, [str(row["short_id"]) for row in known])
        hint = f"one of: {', '.join(names)}" if names else f"did you mean `{near}`?" * bool(near)
        raise NotFoundError(
            what=f"`{asked}` is {'several deliveries' if meant else 'no delivery'} of the snapshot",
            where="cdp deliveries",
            how_many=len(meant) or None,
            next_step=hint or "`cdp deliveries` lists them",
        )
    if meant[0]["status"] in ("repeat", "unreadable"):
        raise ConfigError(
            what=f"no row of this delivery was read: {meant[0]['reason']}",
            where=str(meant[0]["source_file"]),
            next_step="there is nothing to take back",
        )
    return dict(meant[0])
