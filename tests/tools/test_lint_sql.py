"""The SQL rules: headers that lie, and words that mean two things."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.lint.sql import CALLS, check, traps

HEADER = """\
-- grain: one row per record
-- key: record_id
-- reads: clean.records, clean.rows
-- writes: identity.records
"""
QUERY = """\
with newest as (select r.record_id, max(r.observed_at) as at from clean.records r group by all)
select n.record_id, x.item
from newest n join clean.rows w using (record_id), unnest(w.items) as x(item), range(3)
order by n.record_id
"""


def found_in(text: str) -> list[str]:
    return [finding.rule for finding in traps("cdp/resolve/sql/x.sql", text)]


def rules_of(root: Path, text: str) -> list[str]:
    path = root / "cdp/resolve/sql/x.sql"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return [finding.rule for finding in check("cdp/resolve/sql/x.sql", text, root=root)]


def test_a_file_whose_header_tells_the_truth_passes(tmp_path: Path) -> None:
    assert rules_of(tmp_path, HEADER + QUERY) == []


@pytest.mark.parametrize("line", HEADER.splitlines(keepends=True))
def test_a_header_that_lacks_a_line_is_found(tmp_path: Path, line: str) -> None:
    assert rules_of(tmp_path, HEADER.replace(line, "") + QUERY) == ["sql-contract"]


def test_a_table_read_but_not_declared_is_found(tmp_path: Path) -> None:
    header = HEADER.replace("clean.records, ", "")
    assert rules_of(tmp_path, header + QUERY) == ["sql-contract"]


def test_a_table_declared_but_not_read_is_found(tmp_path: Path) -> None:
    header = HEADER.replace("clean.rows", "clean.rows, ops.runs")
    assert rules_of(tmp_path, header + QUERY) == ["sql-contract"]


def test_a_query_that_is_no_sql_is_found(tmp_path: Path) -> None:
    assert rules_of(tmp_path, HEADER + "select from where (") == ["sql-syntax"]


def test_files_outside_the_product_are_left_alone(tmp_path: Path) -> None:
    assert list(check("tests/cases/x.sql", "select random()", root=tmp_path)) == []


@pytest.mark.parametrize("call", sorted(CALLS))
def test_each_refused_call_is_found_in_any_case_of_letters(call: str) -> None:
    assert found_in(f"select {call.upper()} (x) from t") == [call]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("select current_date", "current_date"),
        ("select current_timestamp as at", "current_timestamp"),
        ("select * from a asof join b on a.t >= b.t", "asof"),
        ("copy t to 'x.csv'", "copy"),
        ("select map {'a': 1}", "map"),
        ("select regexp_replace(x, 'a', 'b') from t", "regexp_replace"),
        ("select regexp_replace(x, 'a', 'b', options) || 'g' from t", "regexp_replace"),
        ("select regexp_replace(lower(x, 'g'), 'a', 'b', 'i') from t", "regexp_replace"),
    ],
)
def test_each_other_trap_is_found(text: str, rule: str) -> None:
    assert found_in(text) == [rule]


@pytest.mark.parametrize(
    "text",
    [
        "select regexp_replace(lower(x), '[a-c]', f(y, z), 'gi') from t",
        "select regexp_replace(regexp_replace(x, 'a', 'b', 'g'), 'c', 'd', 'g') from t",
        'select t.hash, t.epoch, t.random, t.columns, "now" from t -- never now()',
        "select 'hash(x) and current_date' as epoch_text, epoch_us(x), stable_id(x) from t",
        """select 'copy', "asof" from t""",
        "select list_transform(xs, lambda x: x + 1) from t",
    ],
)
def test_columns_texts_comments_and_sound_calls_are_no_traps(text: str) -> None:
    assert found_in(text) == []


def test_a_trap_is_found_in_its_own_line() -> None:
    (finding,) = traps("cdp/x/sql/x.sql", "select\n  a,\n  uuid()\nfrom t")
    assert finding.line == 3
