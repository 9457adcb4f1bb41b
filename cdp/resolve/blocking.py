"""Candidate pairs: many narrow blocking rules, each bounded, in SQL.

No block is larger than a limit, and a rule spends what it may on its smallest blocks first:
two records that share a rare value are better candidates than two hundred that share a common
one. Pairs are also drawn by chance, to see what random pairs look like.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cdp.engine import DuckDBEngine, Engine, Scalar, Statement, load
from cdp.resolve.attributes import comparisons_of, with_attributes
from cdp.resolve.blocking_rules import block_keys, weak_rules
from cdp.resolve.folding import FUNCTIONS
from cdp.resolve.holders import PEOPLE_NAMED
from cdp.resolve.inferred_names import NameDictionary, inferred_name
from cdp.resolve.settings import ResolveSettings
from cdp.tables import CONTRACTS

_SQL = Path(__file__).parent / "sql"
_MAX_RANDOM_PAIRS = 200_000
_MAX_DISTANCES = 60
_WEAK_SHARE = 0.1
"""A weak rule may make a tenth of the pairs that another may."""
_INPUTS = ("identity.records", "identity.identifiers", "identity.attributes")


def build_candidates(
    engine: Engine, scratch: DuckDBEngine, *, settings: ResolveSettings, seed: int
) -> int:
    """Make the work tables of scoring in ``scratch``; the number of records.

    ``work.features``, ``work.candidates`` and ``work.random_pairs``: see the headers of their
    statements.
    """
    for function in (*FUNCTIONS, PEOPLE_NAMED):
        scratch.register(function)
    for table in _INPUTS:
        rows = engine.query(f"select * from {table}")
        scratch.store_frame(CONTRACTS[table], rows, append=False)
    scratch.register(inferred_name(known_names(scratch)))
    record_count = _make(scratch, "features", {})
    if settings.compare:
        _run(scratch, with_attributes(settings.compare), {})
        scratch.connection.execute("drop table work.features")
        scratch.connection.execute("alter table work.own_features rename to features")
    _drop(scratch, *_INPUTS)
    _make(scratch, "block_parts", {})
    _run(scratch, block_keys(comparisons_of(settings.compare)), {})
    _drop(scratch, "work.block_parts")
    limits = {
        "max_block_size": settings.max_block_size,
        "max_pairs_per_record": settings.max_pairs_per_record,
        "weak_rules": weak_rules(),
        "weak_share": _WEAK_SHARE,
    }
    _make(scratch, "candidates", limits)
    _drop(scratch, "work.block_keys")
    distances = min(_MAX_DISTANCES, _MAX_RANDOM_PAIRS // max(record_count, 1) + 1)
    _make(scratch, "random_pairs", {"seed": str(seed), "max_distances": distances})
    return record_count


def known_names(scratch: DuckDBEngine) -> NameDictionary:
    """The names that ``identity.records`` states twice or more; a single one may be a slip."""

    def counted(name: str) -> dict[str, int]:
        rows = scratch.query(
            f"select {name} as name, count(*) as records from identity.records"
            f" where length({name}) > 1 group by {name} having count(*) > 1"
        )
        return dict(zip(rows["name"], rows["records"], strict=True))

    return NameDictionary(counted("string_split(given_name, ' ')[1]"), counted("surname"))


def _drop(scratch: DuckDBEngine, *tables: str) -> None:
    """Let go of what nothing reads any more: each is larger than all that is needed in the end."""
    for table in tables:
        scratch.connection.execute(f"drop table {table}")


def _make(scratch: DuckDBEngine, name: str, values: Mapping[str, Scalar]) -> int:
    return _run(scratch, load(_SQL / f"{name}.sql"), values)


def _run(scratch: DuckDBEngine, statement: Statement, values: Mapping[str, Scalar]) -> int:
    """Run a statement into its work table; the number of rows."""
    scratch.connection.execute("create schema if not exists work")
    # A bound value cannot be prepared inside `create table as`.
    rows = scratch.connection.sql(statement.sql, params=dict(values))
    rows.create(statement.writes)
    return scratch.count(statement.writes)
