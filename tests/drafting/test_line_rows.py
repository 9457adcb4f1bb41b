"""Rows that are lines of one event are drafted as one event, and other rows are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from cdp.ingest import open_rows
from tests.drafting.drafts import drafted, loaded, project, said

HEADER = "Bestellnr.;Bestelldatum;E-Mail;Summe;Geändert am;Artikel;Menge"
ORDERS = 24


def order(number: int, *, is_repeated: bool) -> list[str]:
    head = f"2026-04-{number % 28 + 1:02};p{number % 7}@example.com;{number}.50;2026-05-01"
    later = head if is_repeated else ";;;"
    return [
        f"B{number};{later if line else head};A{line}{number};{line + 1}"
        for line in range(number % 3 + 1)
    ]


@pytest.mark.parametrize("is_repeated", [True, False])
def test_lines_of_orders_are_drafted_as_orders_with_their_items(
    tmp_path: Path, *, is_repeated: bool
) -> None:
    lines = [line for n in range(ORDERS) for line in order(n, is_repeated=is_repeated)]
    root = project(tmp_path)
    draft = drafted(root, "bestellungen.csv", "\n".join([HEADER, *lines]) + "\n")
    found = said(draft)
    assert (found["touchpoint_key"], found["line_items"]) == ("Bestellnr.", ["Artikel", "Menge"])
    assert (found["amount"], found["occurred_at.column"]) == ("Summe", "Bestelldatum")
    (source,) = loaded(root, draft).sources
    with open_rows(root / "inbox" / "bestellungen.csv", source.format) as reader:
        assert len({row.raw.partition(";")[0] for row in reader.rows}) == ORDERS


def test_amounts_of_lines_are_told_and_not_taken_for_those_of_orders(tmp_path: Path) -> None:
    lines = ["order_id,created_at,email,sku,price"]
    lines += [
        f"{n // 3},2026-04-0{n // 3 + 1},p{n // 3}@example.com,s{n},{n}.50" for n in range(24)
    ]
    draft = drafted(project(tmp_path), "orders.csv", "\n".join(lines) + "\n")
    assert "line_items" not in said(draft)
    assert "`touchpoint_key: order_id` and `line_items: [sku, price]`" in draft.text


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("session_id,occurred_at,email,page",
         "{own},2026-04-01T10:{n:02}:00Z,p{own}@example.com,/{n}"),
        ("ticket_id,created_at,email,updated_at,status",
         "{own},2026-04-01,p{own}@example.com,2026-04-01T10:{n:02}:00Z,s{n}"),
    ],
)  # fmt: skip
def test_events_at_times_of_their_own_and_versions_are_no_lines(
    tmp_path: Path, header: str, row: str
) -> None:
    lines = [header, *(row.format(own=n // 3, n=n) for n in range(24))]
    draft = drafted(project(tmp_path), "log.csv", "\n".join(lines) + "\n")
    assert "line_items" not in draft.text
