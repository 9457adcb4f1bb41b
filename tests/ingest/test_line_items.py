"""Rows that are lines of one touchpoint read as one row, as plain Python folds them."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.ingest.test_mapping import mapped

ORDERS = {
    "source": "shop", "path": "in/*.csv", "holds": "events", "channel": "shop",
    "touchpoint_key": "no", "line_items": ["sku", "price"], "occurred_at": "at",
    "event_type": "kind", "amount": "total", "person": {"email": ["mail", "mail2"]},
    "attributes": {"vip": "vip"},
    "set_aside": [{"reason": "test", "column": "vip", "matches": "t"}],
}  # fmt: skip
HEADER = ("no", "at", "kind", "total", "mail", "mail2", "vip", "note", "sku", "price")
BLANKS = " \u00a0"
READ = ("touchpoint_key", "occurred_at_stated", "event_type", "amount_stated", "emails",
        "declared", "set_aside", "extra")  # fmt: skip


def stated(row: dict[str, Any]) -> dict[str, Any]:
    """A row's members that say something."""
    kept = {}
    for name, value in row.items():
        if isinstance(value, dict):
            kept[name] = stated(value)
        elif value is not None and not (isinstance(value, str) and not value.strip(BLANKS)):
            kept[name] = value
    return kept


def first_stated(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Of each member the first that is stated; objects within objects alike."""
    folded: dict[str, Any] = {}
    for row in reversed(rows):
        for name, value in row.items():
            rest = folded.get(name)
            if isinstance(value, dict) and isinstance(rest, dict):
                folded[name] = first_stated([value, rest])
            else:
                folded[name] = value
    return folded


def touchpoints(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every row's touchpoint: its members and its items."""
    lines: dict[object, list[dict[str, Any]]] = defaultdict(list)
    keys = [str(row.get("no") or "").strip(BLANKS) or place for place, row in enumerate(rows)]
    for key, row in zip(keys, rows, strict=True):
        lines[key].append(stated(row))
    return [
        {
            **first_stated(lines[key]),
            "line_items": [
                {name: str(line[name]).strip(BLANKS) for name in ("sku", "price") if name in line}
                for line in lines[key]
            ],
        }
        for key in keys
    ]


def expected(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the contract reads of each row's touchpoint."""
    found = []
    for whole in touchpoints(rows):
        text = {name: str(value).strip(BLANKS) for name, value in whole.items()}
        found.append(
            {
                "touchpoint_key": text.get("no"),
                "occurred_at_stated": text.get("at"),
                "event_type": text.get("kind"),
                "amount_stated": text.get("total"),
                "emails": [text[name] for name in ("mail", "mail2") if name in text],
                "declared": {"vip": text["vip"]} if "vip" in text else {},
                "set_aside": "test" if "t" in text.get("vip", "") else None,
                "extra": {n: v for n, v in whole.items() if n in ("note", "line_items")},
            }
        )
    return found


def found(contract: dict[str, Any], text: str) -> list[dict[str, Any]]:
    """The same of what the mapping reads."""
    rows = mapped(contract, text)
    read = [{name: row[name] for name in READ} for row in rows]
    for row in read:
        row |= {name: json.loads(row[name]) for name in ("declared", "extra")}
    return read


CELL = st.sampled_from(["", "", " ", "a", "b ", "t", "ä;\u00a0"])
LINES = st.lists(
    st.fixed_dictionaries(
        {**dict.fromkeys(HEADER, CELL), "no": st.sampled_from(["", "1", " 1", "2"])}
    ),
    min_size=1, max_size=30,
)  # fmt: skip


@settings(max_examples=3, phases=[Phase.generate])
@given(LINES)
def test_lines_of_delimited_text_are_folded_as_python_folds_them(
    rows: list[dict[str, Any]],
) -> None:
    lines = [",".join(f'"{row[name]}"' for name in HEADER) for row in rows]
    text = "\n".join([",".join(HEADER), *lines]) + "\n"
    assert found(ORDERS, text) == expected(rows)


VALUE = st.sampled_from([None, "", " ", "a", "t", 5, "é\u00a0"])
NOTE = st.one_of(
    VALUE, st.fixed_dictionaries({"x": VALUE, "y": st.fixed_dictionaries({"z": VALUE})})
)
OBJECTS = st.lists(
    st.fixed_dictionaries(
        {"no": st.sampled_from([None, "1", 1, "2"]), "note": NOTE},
        optional={name: VALUE for name in HEADER if name not in ("no", "note")},
    ),
    min_size=1, max_size=30,
)  # fmt: skip


@settings(max_examples=3, phases=[Phase.generate])
@given(OBJECTS)
def test_objects_of_one_touchpoint_are_folded_as_python_folds_them(
    rows: list[dict[str, Any]],
) -> None:
    text = "".join(f"{json.dumps(row)}\n" for row in rows)
    assert found({**ORDERS, "path": "in/*.jsonl"}, text) == expected(rows)


def test_a_row_that_cannot_be_read_is_a_line_of_nothing() -> None:
    header = "no,at,kind,total,mail,mail2,vip,note,sku,price\n"
    rows = mapped(ORDERS, header + "1,x,,,,,,,a,\n1,y\n1,,,,,,,,b,\n")
    assert [bool(row["fault"]) for row in rows] == [False, True, False]
    assert [row["occurred_at_stated"] for row in rows] == ["x", None, "x"]
    items = '{"line_items":[{"sku":"a"},{"sku":"b"}]}'
    assert [row["extra"] for row in rows] == [items, None, items]


def test_items_are_texts_of_cells_even_below_paths_and_in_lists() -> None:
    contract = {
        **ORDERS, "path": "in/*.jsonl", "line_items": ["item.sku", "tags"], "amount": "item.price",
    }  # fmt: skip
    lines = [
        {"no": 1, "item": {"sku": 'a"b', "price": 5, "more": 1}, "tags": ["x", 2]},
        {"no": 1, "item": {"sku": "c", "price": 6.5}, "tags": []},
    ]
    rows = mapped(contract, "".join(f"{json.dumps(line)}\n" for line in lines))
    assert [row["amount_stated"] for row in rows] == ["5", "5"]
    assert json.loads(rows[0]["extra"]) == {
        "item": {"more": 1},
        "line_items": [{"item.sku": 'a"b', "tags": "x, 2"}, {"item.sku": "c"}],
    }
