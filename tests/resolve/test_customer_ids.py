"""Law 7: an id is minted once, never reused, and lives until an event says where it went."""

from __future__ import annotations

import random
from contextlib import closing
from datetime import datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from cdp.engine import DuckDBEngine
from cdp.errors import ConfigError
from cdp.resolve import assign_customer_ids
from cdp.resolve.customer_ids import carry_over, mint
from cdp.tables import CONTRACTS

START = datetime(2026, 1, 1)
Groups = dict[int, int]
"""Record to its group; a record that is not there has left."""

groupings = st.dictionaries(st.integers(1, 8), st.integers(1, 4), max_size=8)
histories = st.lists(groupings, min_size=1, max_size=6)


class Store:
    """A store of which only the clusters change, run by run."""

    def __init__(self, engine: DuckDBEngine) -> None:
        self.engine = engine
        self.runs = 0

    def resolve(self, groups: Groups, *, days: int = 1, order: int = 0) -> dict[int, str]:
        """One run over the groups; record to customer id."""
        smallest = {g: min(r for r in groups if groups[r] == g) for g in groups.values()}
        rows = [(record, smallest[group]) for record, group in groups.items()]
        random.Random(order).shuffle(rows)
        clusters = pl.DataFrame(
            rows, schema={"record_id": pl.Int64, "cluster": pl.Int64}, orient="row"
        )
        self.engine.store_frame(CONTRACTS["identity.clusters"], clusters, append=False)
        self.runs += days
        assign_customer_ids(
            self.engine, project="acme",
            as_of=START + timedelta(days=self.runs), run_id=f"r{self.runs:03}",
        )  # fmt: skip
        members = self.members().filter(pl.col("valid_to").is_null())
        return dict(members.select("record_id", "customer_id").iter_rows())

    def members(self) -> pl.DataFrame:
        return self.engine.query("select * from identity.members order by record_id, valid_from")

    def changes(self) -> pl.DataFrame:
        return self.engine.query(
            "select * from identity.changes order by changed_at, run_id, sequence"
        )


def replayed(changes: pl.DataFrame) -> set[str]:
    """The living customers, told by the events alone; every event must make sense when it comes."""
    living: set[str] = set()
    born: set[str] = set()
    retired: set[str] = set()
    for run in changes.partition_by("changed_at", maintain_order=True):
        begins = run.filter(pl.col("kind").is_in(["created", "split"]))
        ends = run.filter(pl.col("kind").is_in(["merged", "retired"]))
        fresh = set(begins["customer_id"])
        assert not fresh & born, "an id was given again"
        back = set(run.filter(pl.col("kind") == "returned")["customer_id"])
        assert back <= retired, "one is back that had not retired"
        retired = (retired - back) | set(run.filter(pl.col("kind") == "retired")["customer_id"])
        assert set(ends["customer_id"]) <= living, "one ended that did not live"
        assert set(begins["origin_id"].drop_nulls()) <= living
        born |= fresh
        living = (living | fresh | back) - set(ends["customer_id"])
        assert set(ends["survivor_id"].drop_nulls()) <= living
    return living


@settings(max_examples=12)
@given(histories)
def test_customers_are_the_clusters_and_events_replay_to_them(history: list[Groups]) -> None:
    with closing(DuckDBEngine()) as engine:
        store = Store(engine)
        for groups in history:
            named = store.resolve(groups)
            assert named.keys() == groups.keys()
            pairs = {(groups[record], customer) for record, customer in named.items()}
            assert len(pairs) == len(set(groups.values())) == len(set(named.values()))
            assert replayed(store.changes()) == set(named.values())


@settings(max_examples=12)
@given(histories)
def test_members_replay_to_every_former_state(history: list[Groups]) -> None:
    with closing(DuckDBEngine()) as engine:
        store = Store(engine)
        states = [store.resolve(groups) for groups in history]
        members = store.members()
        for day, state in enumerate(states, 1):
            instant = START + timedelta(days=day)
            then = members.filter(
                (pl.col("valid_from") <= instant)
                & (pl.col("valid_to").is_null() | (pl.col("valid_to") > instant))
            )
            assert dict(then.select("record_id", "customer_id").iter_rows()) == state


@settings(max_examples=6)
@given(groupings, groupings, st.integers(0, 99))
def test_ids_do_not_hang_on_row_order_and_the_same_again_changes_nothing(
    first: Groups, second: Groups, order: int
) -> None:
    with closing(DuckDBEngine()) as one, closing(DuckDBEngine()) as other:
        straight, mixed = Store(one), Store(other)
        assert straight.resolve(first) == mixed.resolve(first, order=order)
        assert straight.resolve(second) == mixed.resolve(second, order=order)
        members, changes = straight.members(), straight.changes()
        straight.resolve(second)
        assert_frame_equal(straight.members(), members)
        assert_frame_equal(straight.changes(), changes)


@settings(max_examples=100)
@given(groupings, groupings)
def test_no_cluster_and_customer_would_rather_have_each_other(
    clusters: Groups, before: Groups
) -> None:
    found = dict(
        carry_over(
            _frame(clusters, "cluster"),
            _frame(before, "customer_id")
            .with_columns(pl.col("customer_id").cast(pl.String))
            .with_columns(since=pl.lit(START)),
        ).iter_rows()
    )
    assert len(set(found.values())) == len(found)

    def shared(cluster: int, customer: str | None) -> int:
        return sum(clusters.get(r) == cluster and str(c) == customer for r, c in before.items())

    holders = {customer: cluster for cluster, customer in found.items()}
    for cluster in set(clusters.values()):
        for customer in map(str, set(before.values())):
            both = shared(cluster, customer)
            theirs = shared(holders[customer], customer) if customer in holders else 0
            assert both <= max(shared(cluster, found.get(cluster)), theirs)


def _frame(groups: Groups, name: str) -> pl.DataFrame:
    schema = {"record_id": pl.Int64, name: pl.Int64}
    return pl.DataFrame(list(groups.items()), schema=schema, orient="row")


@pytest.fixture
def store() -> Store:
    return Store(DuckDBEngine())


def events(store: Store) -> list[tuple[str, str | None]]:
    last = store.changes().filter(pl.col("run_id") == f"r{store.runs:03}")
    return [(e["kind"], e["survivor_id"] or e["origin_id"]) for e in last.iter_rows(named=True)]


def test_of_two_that_merge_the_larger_lives_on(store: Store) -> None:
    before = store.resolve({1: 1, 2: 2, 3: 2})
    after = store.resolve({1: 1, 2: 1, 3: 1})
    assert set(after.values()) == {before[2]}
    assert events(store) == [("merged", before[2]), ("regrouped", None)]


def test_of_two_equal_ones_that_merge_the_older_lives_on(store: Store) -> None:
    before = store.resolve({9: 1})
    store.resolve({9: 1, 1: 2})
    assert set(store.resolve({9: 1, 1: 1}).values()) == {before[9]}


def test_the_part_that_leaves_gets_an_id_of_its_own(store: Store) -> None:
    before = store.resolve({1: 1, 2: 1, 3: 1})
    after = store.resolve({1: 1, 2: 2, 3: 2})
    assert after[2] == after[3] == before[1]
    assert after[1] not in before.values()
    assert events(store) == [("split", before[1]), ("regrouped", None)]


def test_one_who_left_and_comes_back_is_who_it_was(store: Store) -> None:
    first = store.resolve({1: 1, 2: 1, 3: 3})
    store.resolve({3: 3})
    assert events(store) == [("retired", None)]
    again = store.resolve({1: 1, 3: 3})
    assert again[1] == first[1]
    assert events(store) == [("returned", None)]
    assert store.members().filter(pl.col("record_id") == 1)["customer_id"].n_unique() == 1
    # The other one comes alone: the id lives already, and with another record.
    assert store.resolve({1: 1, 2: 2, 3: 3})[2] not in first.values()


def test_one_who_comes_back_to_the_living_is_theirs(store: Store) -> None:
    first = store.resolve({1: 1, 2: 2})
    store.resolve({2: 2})
    assert set(store.resolve({1: 1, 2: 1}).values()) == {first[2]}
    assert events(store) == [("regrouped", None)]


def test_one_who_was_merged_and_whose_record_left_does_not_return(store: Store) -> None:
    first = store.resolve({1: 1, 2: 2, 3: 2, 4: 1, 5: 1})
    store.resolve({1: 1, 3: 1, 4: 1, 5: 1})
    again = store.resolve({1: 1, 2: 2, 3: 1, 4: 1, 5: 1})
    assert again[1] == first[1]
    assert again[2] not in first.values()


def test_a_merge_undone_gives_no_old_id_back(store: Store) -> None:
    apart = store.resolve({1: 1, 2: 2})
    survivor = store.resolve({1: 1, 2: 1})[1]
    after = store.resolve({1: 1, 2: 2})
    assert set(after.values()) & set(apart.values()) == {survivor}
    assert len(set(after.values())) == 2


def test_two_runs_at_one_instant_leave_no_empty_span(store: Store) -> None:
    store.resolve({1: 1, 2: 2})
    store.resolve({1: 1, 2: 1}, days=0)
    members = store.members()
    assert members.height == 2
    assert members["valid_to"].null_count() == 2
    assert store.changes()["kind"].to_list() == ["created", "created", "merged", "regrouped"]


def test_the_clock_never_runs_backwards(store: Store) -> None:
    store.resolve({1: 1})
    with pytest.raises(ConfigError, match="before the last change"):
        store.resolve({1: 1}, days=-1)


def test_ids_differ_between_projects_and_never_repeat() -> None:
    ids = mint("acme", range(2000), ())
    assert len(set(ids)) == 2000
    assert not set(ids) & set(mint("other", range(2000), ()))
    assert all(len(name) == 18 and name.startswith("c_") and name.islower() for name in ids)


def correct(store: Store, one: int, other: int) -> None:
    """An event that stated one record states another from now on."""
    told = {"touchpoint_id": [900 + one], "record_id": [one], "latest_record_id": [other]}
    store.engine.store_frame(CONTRACTS["clean.corrections"], pl.DataFrame(told), append=True)


def test_a_record_worded_anew_goes_on_as_the_customer_it_was(store: Store) -> None:
    before = store.resolve({1: 1})
    correct(store, 1, 2)
    assert store.resolve({2: 2})[2] == before[1]
    assert events(store) == [("regrouped", None)]


def test_a_record_worded_anew_beside_a_known_one_merges_the_two(store: Store) -> None:
    before = store.resolve({1: 1, 3: 3})
    correct(store, 1, 2)
    assert store.resolve({2: 3, 3: 3})[3] in before.values()
    assert [kind for kind, _ in events(store)] == ["merged", "regrouped"]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        # of a customer who lives on without it, and to a record that was there before
        ({1: 1, 3: 1}, {2: 2, 3: 3}, ["created", "regrouped"]),
        ({1: 1, 2: 2}, {2: 2}, ["retired"]),
    ],
)
def test_only_a_customer_who_would_be_gone_goes_on_and_only_as_a_new_record(
    store: Store, before: Groups, after: Groups, told: list[str]
) -> None:
    was = store.resolve(before)
    correct(store, 1, 2)
    assert (store.resolve(after)[2] in was.values()) is (2 in was)
    assert [kind for kind, _ in events(store)] == told
