"""A preview says what its rows would lose, before anything is lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cdp.explain import render
from cdp.pipeline import preview
from tests.explain.snapshot import shown
from tests.laws.world import AS_OF, Company, crm_file, shop_file


def looked_at(company: Company, file: str) -> dict[str, Any]:
    return preview(company.project, company.root / file, source_name=None, as_of=AS_OF)


def test_what_was_not_read_is_told_by_row_and_counted_by_column(tmp_path: Path) -> None:
    company = Company(tmp_path)
    rows = [
        "1,Kate,Marsh,kate.marsh@example.com,212-555-0141,1980-03-04,yes,,,2026-03-01",
        ",Ann,Bell,not an address,12,1980-99-04,perhaps,,,yesterday",
        "3,Tom,Frey,n/a,,,,,,2026-03-01",
    ]
    company.write({"inbox/crm_20260501.csv": crm_file(rows)})
    found = looked_at(company, "inbox/crm_20260501.csv")
    good, bad, other = (row["misread"] for row in found["rows"])
    assert good == []
    assert bad == [
        "born: no usable birth date: the value is dropped",
        "email: no usable email: the value is dropped",
        "id: the key is missing: the row goes to quarantine",
        "news: the word is neither granted nor refused: it says nothing",
        "phone: no usable phone: the value is dropped",
        "seen: the time cannot be read: the file's is taken",
    ]
    assert other == ["email: no usable email: the value is dropped"]
    told = {(one["column"], one["rows"]) for one in found["misread"]}
    assert told == {("email", 2), ("born", 1), ("id", 1), ("news", 1), ("phone", 1), ("seen", 1)}
    assert found["misread"][0]["column"] == "email"


def test_an_event_without_key_or_time_is_told(tmp_path: Path) -> None:
    company = Company(tmp_path)
    events = [
        json.dumps({"id": "o1", "at": "not a time", "total": "much"}),
        json.dumps({"total": "5", "who": {"email": "kate.marsh@example.com"}}),
    ]
    company.write({"inbox/shop_20260501.jsonl": shop_file(events)})
    first, second = (r["misread"] for r in looked_at(company, "inbox/shop_20260501.jsonl")["rows"])
    assert first == [
        "at: the time of the event cannot be read: the row goes to quarantine",
        "total: the amount is no number: the row goes to quarantine",
    ]
    assert second == [
        "at: the time of the event is missing: the row goes to quarantine",
        "id: the key is missing: the row goes to quarantine",
    ]


def test_a_key_of_several_columns_is_told_by_all_of_them(tmp_path: Path) -> None:
    company = Company(tmp_path)
    shop = company.settings["sources/shop.yaml"]
    several = shop.replace("touchpoint_key: id", "touchpoint_key: [id, total]")
    company.write({"sources/shop.yaml": several})
    company.write({"inbox/shop_20260501.jsonl": shop_file(['{"at": "2026-05-01"}'])})
    (row,) = looked_at(company, "inbox/shop_20260501.jsonl")["rows"]
    assert row["misread"] == ["id, total: the key is missing: the row goes to quarantine"]


def test_a_good_file_is_said_to_be_good(tmp_path: Path) -> None:
    company = Company(tmp_path)
    row = "1,Kate,Marsh,kate.marsh@example.com,,,yes,,,2026-03-01"
    company.write({"inbox/crm_20260501.csv": crm_file([row])})
    text = shown(render.preview(looked_at(company, "inbox/crm_20260501.csv")))
    assert "Every key, time and value of these 1 rows was read." in text
