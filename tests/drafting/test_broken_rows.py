"""A broken row costs a draft that row, not its layout."""

from __future__ import annotations

import json

from cdp.drafting.delimited import layout_of
from cdp.drafting.documents import document_of, parsed

LINES = [f'K-{n};Ann;"Lee; Bo";ann{n}@example.org;{n},50' for n in range(25)]


def test_a_quote_that_is_never_closed_swallows_nothing() -> None:
    lines = ["id;given;name;mail;sum", *LINES]
    lines[7] = 'K-6;Olga;Petrova;"olga@example.org;18,50'
    found = layout_of("\n".join(lines))
    assert (found.delimiter, found.skip_lines, len(found.rows)) == (";", 0, 24)
    twice = [*lines[:15], lines[7], *lines[15:]]
    assert len(layout_of("\n".join(twice)).rows) == 24


def test_a_cell_of_several_lines_is_one() -> None:
    lines = ["id;note;mail", *(f'{n};"one\ntwo; three\nfour";a{n}@example.org' for n in range(9))]
    assert layout_of("\n".join(lines)).rows[0] == ("0", "one\ntwo; three\nfour", "a0@example.org")


def test_elements_before_a_broken_one_are_looked_at() -> None:
    elements = [{"id": n, "at": "2026-01-01"} for n in range(6)]
    text = json.dumps(elements).replace('{"id": 4, ', '{"id": 4 "x", ')
    found = document_of(parsed(text))
    assert found is not None
    assert [one["id"] for one in found.elements] == [0, 1, 2, 3]


def test_the_time_of_an_export_makes_no_row_of_it() -> None:
    rows = [{"id": n, "at": "2026-01-01"} for n in range(6)]
    found = document_of({"exported_at": "2026-02-01", "tickets": rows})
    assert found is not None
    assert found.rows == "tickets"
    order = document_of({"id": 1, "created_at": "2026-02-01", "items": rows})
    assert order is not None
    assert order.is_one
