"""Candidate pairs: many narrow blocking rules, each bounded, in SQL.

No block is larger than a limit, and a rule spends what it may on its smallest blocks first:
two records that share a rare value are better candidates than two hundred that share a common
one. Which blocks are refused is decided when a model is trained and kept with it: so whether two
records are compared never depends on who else came since. Pairs are also drawn by chance, to see
what random pairs look like.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from cdp.engine import DuckDBEngine, Engine, Scalar, Statement, load
from cdp.resolve.attributes import comparisons_of
from cdp.resolve.blocking_rules import block_keys, weak_rules
from cdp.resolve.comparison import Comparison
from cdp.resolve.settings import ResolveSettings
from cdp.resolve.versions import Version
from cdp.store.touched import Records
from cdp.tables import CONTRACTS

_SQL = Path(__file__).parent / "sql"
_KEYS, _REFUSED = CONTRACTS["identity.block_keys"], CONTRACTS["model.refused_blocks"]
_OUTGROWN = CONTRACTS["identity.outgrown_blocks"]
_MAX_RANDOM_PAIRS = 200_000
_MAX_DISTANCES = 60
OUTGROWN = 5
"""A block that has grown to so many times the size that a training allows wants a new model."""

_WEAK_SHARE = 0.1
"""A weak rule may make a tenth of the pairs that another may."""


def build_candidates(
    engine: Engine,
    scratch: DuckDBEngine,
    *,
    settings: ResolveSettings,
    version: Version,
    records: Records,
) -> None:
    """Make ``work.candidates`` from ``work.features`` of the records, and keep their keys.

    ``identity.block_keys`` of the records is made anew, and ``outgrown_blocks`` with it; a model
    in training learns here which blocks are refused. With records given, their pairs among
    themselves and with all others.
    """
    comparisons = comparisons_of(settings.compare)
    _make_keys(scratch, comparisons)
    if version.is_training:
        _refuse(engine, scratch, settings, version)
    _drop_refused(engine, scratch, version)
    keys = scratch.query("select block, record_id from work.block_keys")
    if records is None:
        # Keys come once by their making; to check forty million would only cost.
        engine.store_frame(_KEYS, keys, append=False, is_key_checked=False)
    else:
        engine.renew_frame(_KEYS, keys, keys=records, columns=["record_id"])
        _load_blocks(engine, scratch, keys["block"])
    _count_outgrown(engine, scratch, most=OUTGROWN * settings.max_block_size)
    _make(scratch, load(_SQL / "candidates.sql"), {})
    scratch.connection.execute("drop table work.block_keys")


def draw_pairs(scratch: DuckDBEngine, *, seed: int) -> int:
    """Make ``work.random_pairs`` from ``work.features``; the number of records."""
    record_count = scratch.count("work.features")
    distances = min(_MAX_DISTANCES, _MAX_RANDOM_PAIRS // max(record_count, 1) + 1)
    values: dict[str, Scalar] = {"seed": str(seed), "max_distances": distances}
    _make(scratch, load(_SQL / "random_pairs.sql"), values)
    return record_count


def _make_keys(scratch: DuckDBEngine, comparisons: Sequence[Comparison]) -> None:
    _make(scratch, load(_SQL / "block_parts.sql"), {})
    _make(scratch, block_keys(comparisons), {})
    scratch.connection.execute("drop table work.block_parts")
    scratch.connection.execute(
        "alter table work.block_keys add column is_touched boolean default true"
    )


def _refuse(
    engine: Engine, scratch: DuckDBEngine, settings: ResolveSettings, version: Version
) -> None:
    limits: dict[str, Scalar] = {
        "max_block_size": settings.max_block_size,
        "max_pairs_per_record": settings.max_pairs_per_record,
        "weak_rules": weak_rules(),
        "weak_share": _WEAK_SHARE,
        "model_id": version.model_id,
    }
    refused = scratch.query(load(_SQL / "refused_blocks.sql").sql, limits)
    engine.delete(_REFUSED.name, "model_id", [version.model_id])
    engine.store_frame(_REFUSED, refused, append=True)


def _drop_refused(engine: Engine, scratch: DuckDBEngine, version: Version) -> None:
    refused = engine.query(
        "select block from model.refused_blocks where model_id = $model_id",
        {"model_id": version.model_id},
    )
    scratch.connection.register("refused", refused.to_arrow())
    scratch.connection.execute(
        "delete from work.block_keys where block in (select block from refused)"
    )
    scratch.connection.unregister("refused")


def _load_blocks(engine: Engine, scratch: DuckDBEngine, blocks: pl.Series) -> None:
    """Beside the records' own keys, those of all others in the same blocks."""
    members = engine.rows_of(_KEYS.name, "block", blocks)
    scratch.connection.register("members", members.to_arrow())
    scratch.connection.execute(
        """
        insert into work.block_keys
        select m.block, m.record_id, false from members as m
        anti join work.block_keys as k on m.record_id = k.record_id
        """
    )
    scratch.connection.unregister("members")


def _count_outgrown(engine: Engine, scratch: DuckDBEngine, *, most: int) -> None:
    """Bring ``identity.outgrown_blocks`` up to date.

    A block grows by touched records, so it is among theirs; it shrinks also by records that left.
    """
    grown = scratch.query(
        "select block from work.block_keys group by block having count(*) > $most", {"most": most}
    )
    known = engine.rows_of(_OUTGROWN.name, "block", None)
    blocks = pl.concat([grown["block"], known["block"]])
    if len(blocks):
        engine.renew(
            load(_SQL / "outgrown_blocks.sql"), keys=blocks, column="block",
            narrowed={_KEYS.name: "block"}, values={"most": most},
        )  # fmt: skip


def _make(scratch: DuckDBEngine, statement: Statement, values: Mapping[str, Scalar]) -> None:
    """Run a statement into its work table."""
    scratch.connection.execute("create schema if not exists work")
    # A bound value cannot be prepared inside `create table as`.
    scratch.connection.sql(statement.sql, params=dict(values)).create(statement.writes)
