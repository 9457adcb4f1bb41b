"""What becomes of the rows of an order that has a row per line item."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from tests.quality.test_folding import dispositions
from tests.quality.world import World

SHOP = """
source: shop
path: inbox/shop_*.csv
holds: events
channel: shop
touchpoint_key: no
line_items: [sku, pieces]
occurred_at: at
delivered_at: {from_name: "%Y%m%d"}
amount: total
person: {email: mail}
set_aside: [{reason: test order, column: mail, matches: ^test@}]
"""
HEADER = "no,at,total,mail,note,sku,pieces"
FIRST = "1,2026-01-01,30,ann@example.com,gift,apple,1"
SECOND, THIRD = "1,,,,,pear,2", "1,,,,,plum,"
OTHER = "2,2026-01-02,5,bo@example.com,,fig,1"


def orders(*rows: str) -> str:
    return "\n".join([HEADER, *rows]) + "\n"


def told(world: World) -> list[tuple[object, object]]:
    return [(kind, reason) for *_, kind, reason in dispositions(world)]


def touchpoints(world: World) -> Any:
    return world.table(
        "select source_touchpoint_id, occurred_at, amount, payload, record_id "
        "from clean.touchpoints order by all"
    )


def balance(world: World) -> list[tuple[object, ...]]:
    parts = ("accepted", "duplicate", "set_aside", "quarantined", "held")
    counts = ", ".join(f"rows_{part}" for part in parts)
    return world.rows(f"select rows_read, {counts} from ops.deliveries order by source_file")


def test_rows_of_an_order_are_one_touchpoint_with_its_items(tmp_path: Path) -> None:
    world = World(tmp_path, (SHOP,))
    world.fold({"shop_20260101.csv": orders(FIRST, SECOND, OTHER, THIRD)})
    assert told(world) == [
        ("accepted", None), ("accepted", "line_item"), ("accepted", None),
        ("accepted", "line_item"),
    ]  # fmt: skip
    assert balance(world) == [(4, 4, 0, 0, 0, 0)]
    items = '{"sku":"apple","pieces":"1"},{"sku":"pear","pieces":"2"},{"sku":"plum"}'
    assert touchpoints(world).select("source_touchpoint_id", "amount", "payload").rows() == [
        ("1", 30, f'{{"note":"gift","line_items":[{items}]}}'),
        ("2", 5, '{"line_items":[{"sku":"fig","pieces":"1"}]}'),
    ]
    people = world.rows("select emails[1], version, source_row from clean.records order by 1")
    assert people == [("ann@example.com", 1, 2), ("bo@example.com", 1, 4)]


def test_an_order_told_again_is_a_duplicate_and_one_told_otherwise_replaces_it(
    tmp_path: Path,
) -> None:
    world = World(tmp_path, (SHOP,))
    world.fold(
        {
            "shop_20260101.csv": orders(FIRST, SECOND),
            "shop_20260102.csv": orders(OTHER, FIRST, SECOND),
            "shop_20260103.csv": orders(FIRST, SECOND, THIRD),
            "shop_20260104.csv": orders(FIRST, THIRD, SECOND),
        }
    )
    new = [("accepted", None), ("accepted", "line_item")]
    again = [("duplicate", "same_as_before")] * 2
    more = [*new, ("accepted", "line_item")]
    assert told(world) == [*new, ("accepted", None), *again, *more, *more]
    assert balance(world) == [
        (2, 2, 0, 0, 0, 0), (3, 1, 2, 0, 0, 0), (3, 3, 0, 0, 0, 0), (3, 3, 0, 0, 0, 0),
    ]  # fmt: skip
    assert '"plum"},{"sku":"pear"' in touchpoints(world)["payload"][0]


def test_all_rows_of_an_order_are_judged_as_the_order_is(tmp_path: Path) -> None:
    world = World(tmp_path, (SHOP,), "project: q\ndefault_region: US\ntimezone: UTC\n"
                  "quality: {max_rejected_share: 1.0}\n")  # fmt: skip
    test, bad = OTHER.replace("bo@", "test@"), OTHER.replace("2026-01-02", "soon")
    late, more = "7,,,,,kiwi,1", "2,,,,,kiwi,1"
    world.fold(
        {
            "shop_20260101.csv": orders(test, more, FIRST, late, ",,,,,x,", ",,,,,y,", "1,z"),
            "shop_20260102.csv": orders(bad, SECOND, more),
        }
    )  # fmt: skip
    unclear, untimed = ("quarantined", "occurred_at_is_an_instant"), ("set_aside", "test order")
    assert told(world) == [
        untimed, untimed, ("accepted", None), unclear, unclear, unclear,
        ("quarantined", "row_is_readable"), unclear, unclear, unclear,
    ]  # fmt: skip
    kept = (
        "select source_file[-8:-5], source_row, rtrim(raw, chr(10)) from clean.quarantine"
        " where rule like 'occ%' "
    )
    assert world.rows(kept + "order by all") == [
        ("0101", 5, late), ("0101", 6, ",,,,,x,"), ("0101", 7, ",,,,,y,"),
        ("0102", 2, bad), ("0102", 3, SECOND), ("0102", 4, more),
    ]  # fmt: skip


def test_an_order_that_may_lack_a_line_is_rejected_and_replaces_none(tmp_path: Path) -> None:
    world = World(tmp_path, (SHOP,), "project: q\ndefault_region: US\ntimezone: UTC\n"
                  "quality: {max_rejected_share: 1.0}\n")  # fmt: skip
    third, fourth = (OTHER.replace("2,", f"{n},", 1) for n in (3, 4))
    world.fold(
        {
            "shop_20260101.csv": orders(FIRST, SECOND, OTHER, third),
            "shop_20260102.csv": orders(FIRST, "1,cut", OTHER, third, fourth),
        }
    )
    beside = ("quarantined", "touchpoint_has_all_its_lines")
    assert told(world)[4:] == [
        beside, ("quarantined", "row_is_readable"), beside, ("duplicate", "same_as_before"),
        ("accepted", None),
    ]  # fmt: skip
    # The first order is as it was: with both of its items.
    assert '"pear"' in touchpoints(world)["payload"][0]


ORDER = st.tuples(st.sampled_from("1234"), st.lists(st.sampled_from("abc"), min_size=1, max_size=4))
ORDERS = st.lists(ORDER, min_size=1, max_size=4, unique_by=lambda order: order[0])
DELIVERIES = st.lists(ORDERS, min_size=2, max_size=3)
Deliveries = Sequence[Sequence[tuple[str, Sequence[str]]]]


def rows_of(number: str, items: Sequence[str]) -> list[str]:
    """An order's rows: what it is in the first, an item in each."""
    more = [f"{number},,,,,{item},1" for item in items[1:]]
    return [f"{number},2026-01-01,5,o{number}@example.com,,{items[0]},1", *more]


def files(deliveries: Deliveries) -> dict[str, str]:
    return {
        f"shop_202601{day:02}.csv": orders(*(row for one in told for row in rows_of(*one)))
        for day, told in enumerate(deliveries, start=10)
    }


def accounted(deliveries: Deliveries) -> list[tuple[str, str | None]]:
    """What becomes of each row, in plain Python."""
    latest: dict[str, Sequence[str]] = {}
    found: list[tuple[str, str | None]] = []
    for delivery in deliveries:
        for number, items in delivery:
            if latest.get(number) == items:
                found += [("duplicate", "same_as_before")] * len(items)
            else:
                found += [("accepted", None), *[("accepted", "line_item")] * (len(items) - 1)]
            latest[number] = items
    return found


def made(world_of: Mapping[str, str], *, portions: int = 1) -> World:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), (SHOP,))
        names = sorted(world_of, reverse=True)
        for portion in range(portions):
            world.fold({name: world_of[name] for name in names[portion::portions]})
    return world


@settings(max_examples=1, phases=[Phase.generate])
@given(DELIVERIES, st.integers(1, 3))
def test_orders_fold_alike_in_any_order_of_files_and_however_they_are_cut(
    deliveries: Deliveries, cut: int
) -> None:
    # An order of its own in each, for a file that only repeats the one before it is no delivery.
    deliveries = [[*told, (f"9{day}", "z")] for day, told in enumerate(deliveries)]
    world = made(files(deliveries))
    assert told(world) == accounted(deliveries)
    late = made(files(deliveries), portions=2)
    assert dispositions(late) == dispositions(world)
    assert_frame_equal(touchpoints(late), touchpoints(world))
    halves = [half for one in deliveries for half in (one[:cut], one[cut:]) if half]
    apart = made(files(halves))
    assert told(apart) == accounted(halves)
    assert_frame_equal(touchpoints(apart), touchpoints(world))
