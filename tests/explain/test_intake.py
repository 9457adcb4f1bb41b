"""The first part of the report: what came in, and above all what failed."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from cdp.explain import open_snapshot, render, write_data_docs
from cdp.explain.quality import read_quality
from tests.explain.linked import Tables, quality
from tests.explain.snapshot import Row, publish

SECRET = "secret@x.org"


def delivered(day: int, **others: object) -> Row:
    return {
        "delivery_id": f"d_{day}", "source": "shop", "source_file": f"inbox/shop_{day}.csv",
        "delivered_at": datetime(2026, 1, day), "status": "accepted", "rows_read": 10,
        "rows_accepted": 6, "rows_quarantined": 1, "rows_duplicate": 1, "rows_set_aside": 1,
        "rows_held": 1, **others,
    }  # fmt: skip


def check(day: int, rule: str, failed: int, **others: object) -> Row:
    return {
        "delivery_id": f"d_{day}", "source": "shop", "rule": rule, "run_id": "r0",
        "severity": "critical", "expectation": "ExpectColumnValuesToNotBeNull", "column": "amount",
        "passed": not failed, "rows_failed": failed, "rows_checked": 200, "sample_rows": "[3, 9]",
        "message": f"{failed} of 200 rows", **others,
    }  # fmt: skip


def column(day: int, name: str, stated: int) -> Row:
    return {
        "delivery_id": f"d_{day}", "source": "shop", "place": "canonical", "column": name,
        "rows": 10, "stated": stated,
    }  # fmt: skip


TABLES: Tables = {
    "deliveries": [delivered(day) for day in (1, 2, 3)],
    "checks": [
        check(1, "old_news", 77),
        check(3, "amount_is_a_number", 17),
        check(3, "some_are_tolerated", 3, passed=True),
        check(3, "row_is_readable", 0),
        check(2, "row_count_is_usual", 1, run_id="r1", severity="warning", message="9 came. Ask."),
    ],
    "batch_columns": [column(day, "emails", 10 - day) for day in (1, 2, 3)]
    + [column(day, "amount", 10) for day in (1, 2, 3)],
    "identifiers": [
        {"record_id": n, "kind": "email", "value": SECRET if n < 3 else "b@x.org",
         "is_generic": n < 3, "generic_reason": "many"} for n in (1, 2, 3)
    ],
}  # fmt: skip


def words(page: str) -> str:
    body = page[page.index("<main>") :]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def test_the_failed_rule_and_its_row_count_are_the_first_thing_on_the_page(tmp_path: Path) -> None:
    text = words(render.report_page(quality(tmp_path, TABLES)))
    top = text[:1800]
    assert "2 failed rules" in top
    assert "amount_is_a_number 17 of 200 rows failed" in top
    assert "first lines 3, 9" in top
    assert "Next: " in top
    assert "row_count_is_usual the whole file" in top
    assert "old_news" not in text, "what a newer file has mended is not told"
    assert "1 more that some rows broke" in text


def test_without_a_failure_the_page_says_so(tmp_path: Path) -> None:
    tables = {**TABLES, "checks": [check(3, "row_is_readable", 0)]}
    assert "No rule failed" in words(render.report_page(quality(tmp_path, tables)))[:1500]


def test_the_balance_holds_in_figures_and_picture(tmp_path: Path) -> None:
    found = quality(tmp_path, TABLES)
    (row,) = found.intake.account.to_dicts()
    parts = [row[p] for p in ("accepted", "quarantined", "duplicate", "set_aside", "held")]
    assert row["read"] == sum(parts) == 30
    page = render.report_page(found)
    assert [f"<title>{p}</title>" in page for p in ("accepted: 18", "held: 3")] == [True, True]


def test_columns_are_shown_over_time_those_that_moved_first(tmp_path: Path) -> None:
    found = quality(tmp_path, TABLES).intake.series["shop"]
    assert [one.name for one in found] == ["rows", "emails"]
    assert [round(v or 0, 6) for v in found[1].values] == [0.1, 0.2, 0.3]
    assert list(found[1].moved) == [False, True, False]


def test_identifiers_are_counted_by_what_became_of_them(tmp_path: Path) -> None:
    found = quality(tmp_path, TABLES)
    assert found.intake.identifiers.rows() == [("email", 1, 1, 1)]
    assert "secret" not in render.report_page(found)


def test_a_snapshot_of_a_former_release_has_no_figures_and_a_page_all_the_same(
    tmp_path: Path,
) -> None:
    import duckdb

    publish(tmp_path, {"runs": [{"run_id": "r1"}], **TABLES})
    path = tmp_path / "published" / "r1" / "profiles.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("drop table batch_columns")
    with open_snapshot(tmp_path) as snapshot:
        text = render.report_page(read_quality(snapshot))
    assert "No delivery was cleaned since figures are kept" in text


def test_data_docs_open_offline_and_show_what_failed_without_a_value(tmp_path: Path) -> None:
    publish(tmp_path / "store", {"runs": [{"run_id": "r1"}], **TABLES})
    with open_snapshot(tmp_path / "store") as snapshot:
        index = write_data_docs(snapshot, tmp_path / "docs")
    pages = {path: path.read_text(encoding="utf-8") for path in index.parent.rglob("*.html")}
    assert not [p for p, text in pages.items() if re.search(r"https?://|<script|secret", text)]
    listed = re.findall(r'<li><a href="([^"]+)">([^<]+)</a>: ([^<]+)', pages[index])
    assert [(file, said) for _, file, said in listed] == [
        ("inbox/shop_2.csv", "FAILED row_count_is_usual"),
        ("inbox/shop_3.csv", "FAILED amount_is_a_number"),
    ]
    assert "17 of 200 rows" in pages[index.parent / listed[1][0]]
