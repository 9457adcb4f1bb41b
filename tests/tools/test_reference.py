"""The page of tables says what the contracts say."""

from __future__ import annotations

from tools.reference import PAGE, page, tables


def test_the_committed_page_is_the_one_that_the_contracts_make() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make docs`"


def test_every_table_and_every_column_has_its_line() -> None:
    for contract in tables():
        section = page().split(f"## `{contract.name}`\n")[1].split("\n## ")[0]
        for column in contract.columns:
            assert f"| `{column.name}` |" in section
