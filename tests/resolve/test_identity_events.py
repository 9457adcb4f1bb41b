"""The law of `customer_changes`: replayed, it tells who is there and how many records each has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdp.resolve.customer_ids import carry_over, mint
from cdp.resolve.membership import changes

Members = dict[int, str]
Sizes = dict[str, int]

groupings = st.dictionaries(st.integers(1, 9), st.integers(1, 4), max_size=9)
histories = st.lists(groupings, min_size=1, max_size=7)

BEGINS, ENDS = ("created", "returned", "split"), ("merged", "retired")


def frame(members: Members) -> pl.DataFrame:
    schema = {"record_id": pl.Int64, "customer_id": pl.String}
    return pl.DataFrame(list(members.items()), schema=schema, orient="row")


def named(history: list[dict[int, int]]) -> Iterator[tuple[Members, Members]]:
    """The members before and after each step, under ids that last."""
    before: Members = {}
    used: set[str] = set()
    for groups in history:
        rows = pl.DataFrame(
            list(groups.items()),
            schema={"record_id": pl.Int64, "cluster": pl.Int64},
            orient="row",
        )
        kept = dict(carry_over(rows, frame(before).with_columns(since=pl.lit(0))).iter_rows())
        born = sorted(set(groups.values()) - kept.keys())
        smallest = [min(r for r, g in groups.items() if g == group) for group in born]
        names = kept | dict(zip(born, mint("acme", smallest, used), strict=True))
        used |= set(names.values())
        after = {record: names[group] for record, group in groups.items()}
        yield before, after
        before = after


def replay(sizes: Sizes, events: pl.DataFrame) -> Sizes:
    """The law in its simplest form: an event says how large its customer is, or that it is gone."""
    sizes = dict(sizes)
    for event in events.sort("sequence").iter_rows(named=True):
        if event["kind"] in ENDS:
            del sizes[event["customer_id"]]
        elif event["kind"] in (*BEGINS, "regrouped"):
            sizes[event["customer_id"]] = event["record_count"]
    return sizes


@settings(max_examples=50)
@given(histories)
def test_events_replay_to_who_is_there_and_how_large(history: list[dict[int, int]]) -> None:
    copy: Sizes = {}
    for before, after in named(history):
        copy = replay(copy, changes(frame(before), frame(after)))
        assert copy == Counter(after.values())


@settings(max_examples=50)
@given(histories)
def test_every_customer_of_which_a_record_came_or_went_is_named_and_no_other(
    history: list[dict[int, int]],
) -> None:
    for before, after in named(history):
        events = changes(frame(before), frame(after))
        differs = {r for r in before.keys() | after.keys() if before.get(r) != after.get(r)}
        touched = {was[r] for was in (before, after) for r in differs if r in was}
        assert set(events["customer_id"]) == touched


@settings(max_examples=50)
@given(histories)
def test_every_record_that_changed_hands_is_told_of_once(history: list[dict[int, int]]) -> None:
    for before, after in named(history):
        events = changes(frame(before), frame(after))
        told = Counter({
            (e["customer_id"], e["survivor_id"]): e["record_count"]
            for e in events.iter_rows(named=True) if e["survivor_id"] is not None
        })  # fmt: skip
        former = set(before.values())
        went = Counter(
            (before[r], after[r])
            for r in before.keys() & after.keys()
            if before[r] != after[r] and after[r] in former
        )
        assert told == went
        split = events.filter(pl.col("kind") == "split")
        off = set(split.select("origin_id", "customer_id").iter_rows())
        assert off == {
            (before[r], after[r]) for r in before.keys() & after.keys() if after[r] not in former
        }


@settings(max_examples=50)
@given(histories)
def test_the_untouched_customers_may_be_left_out(history: list[dict[int, int]]) -> None:
    for before, after in named(history):
        whole = changes(frame(before), frame(after))
        named_ones = set(whole["customer_id"])
        was = {r: c for r, c in before.items() if c in named_ones}
        now = {r: c for r, c in after.items() if c in named_ones}
        assert changes(frame(was), frame(now)).equals(whole)


CASES = {
    "one of two records goes over": (
        {1: "a", 2: "a", 3: "b"}, {1: "a", 2: "b", 3: "b"},
        ["a moved b 1", "a regrouped - 1", "b regrouped - 2"],
    ),
    "two swap a record": (
        {1: "a", 2: "a", 3: "b", 4: "b"}, {1: "a", 3: "a", 2: "b", 4: "b"},
        ["a moved b 1", "b moved a 1", "a regrouped - 2", "b regrouped - 2"],
    ),
    "one ends and its records go to three": (
        {1: "a", 2: "a", 3: "a", 4: "b", 5: "c"}, {1: "b", 4: "b", 2: "c", 5: "c", 3: "d"},
        ["d split a 1", "a merged b 1", "a moved c 1", "b regrouped - 2", "c regrouped - 2"],
    ),
    "a new record comes, another leaves": (
        {1: "a", 2: "b", 3: "b"}, {1: "a", 9: "a", 2: "b"},
        ["a regrouped - 2", "b regrouped - 1"],
    ),
    "the last record leaves while a new one comes to another": (
        {1: "a", 2: "b"}, {2: "b", 3: "b"}, ["a retired - 0", "b regrouped - 2"],
    ),
    "nothing happens": ({1: "a"}, {1: "a"}, []),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_in_words(name: str) -> None:
    before, after, told = CASES[name]
    events = changes(frame(before), frame(after)).iter_rows(named=True)
    assert told == [
        f"{e['customer_id']} {e['kind']} {e['survivor_id'] or e['origin_id'] or '-'}"
        f" {e['record_count']}"
        for e in events
    ]
