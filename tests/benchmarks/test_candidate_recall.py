"""Which true pairs did matching look at: counted on stores made by hand, and by brute force."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from contextlib import closing
from itertools import combinations
from pathlib import Path

import duckdb
import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.peers.product import candidate_recall

RECORDS = range(6)
Pairs = AbstractSet[tuple[int, int]]
PAIRS = st.tuples(st.sampled_from(RECORDS), st.sampled_from(RECORDS))


def store_of(path: Path, *, blocks: Pairs, declared: Pairs = frozenset()) -> Path:
    """A store of six records s/0 to s/5, and touchpoints t/0 and t/1 that speak of record 0."""
    path.unlink(missing_ok=True)
    with closing(duckdb.connect(str(path))) as connection:
        connection.execute(
            """
            create schema identity;
            create schema clean;
            create table identity.records as
            select i as record_id, 's' as source, cast(i as varchar) as source_record_id
            from range(6) as t(i);
            create table clean.touchpoints as
            select 0 as record_id, 't' as source, cast(i as varchar) as source_touchpoint_id
            from range(2) as t(i);
            create table identity.block_keys (block bigint, record_id bigint);
            create table identity.declared_pairs (record_l bigint, record_r bigint);
            """
        )
        for table, rows in (("block_keys", blocks), ("declared_pairs", declared)):
            if rows:
                connection.executemany(f"insert into identity.{table} values (?, ?)", list(rows))
    return path


def truth_of(entities: dict[str, str]) -> pl.DataFrame:
    return pl.DataFrame({"record": list(entities), "entity": list(entities.values())})


def test_a_pair_is_looked_at_in_a_block_by_a_declared_key_or_as_one_record(tmp_path: Path) -> None:
    store = store_of(tmp_path / "s.duckdb", blocks={(7, 0), (7, 1)}, declared={(2, 3)})
    truth = {"s/0": "in a block", "s/1": "in a block", "s/2": "declared", "s/3": "declared"}
    assert candidate_recall(store, truth_of(truth)) == 1.0
    one_record = {"t/0": "one record", "t/1": "one record"}
    assert candidate_recall(store, truth_of(truth | one_record)) == 1.0
    missed = {"s/4": "missed", "s/5": "missed"}
    assert candidate_recall(store, truth_of(truth | missed)) == 2 / 3
    assert candidate_recall(store, truth_of({"s/0": "alone"})) is None


def test_a_record_that_the_store_does_not_know_was_not_looked_at(tmp_path: Path) -> None:
    store = store_of(tmp_path / "s.duckdb", blocks={(7, 0), (7, 1)})
    truth = {"s/0": "a", "s/1": "a", "s/unknown": "a", "s/unknown too": "a"}
    assert candidate_recall(store, truth_of(truth)) == 1 / 6


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    blocks=st.sets(st.tuples(st.integers(1, 3), st.sampled_from(RECORDS))),
    declared=st.sets(PAIRS.filter(lambda pair: pair[0] < pair[1])),
    entities=st.lists(st.sampled_from("ab"), min_size=6, max_size=6),
)
def test_it_is_what_comparing_every_pair_counts(
    tmp_path: Path,
    blocks: set[tuple[int, int]],
    declared: set[tuple[int, int]],
    entities: list[str],
) -> None:
    true = [p for p in combinations(RECORDS, 2) if entities[p[0]] == entities[p[1]]]
    of = {r: {block for block, record in blocks if record == r} for r in RECORDS}
    looked_at = [p for p in true if p in declared or of[p[0]] & of[p[1]]]
    store = store_of(tmp_path / "s.duckdb", blocks=blocks, declared=declared)
    truth = truth_of({f"s/{r}": entity for r, entity in zip(RECORDS, entities, strict=True)})
    assert candidate_recall(store, truth) == len(looked_at) / len(true)
