"""``python -m tools.reference``: the tables of the product as a page, from their contracts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cdp.tables import CONTRACTS, Column, Contract
from cdp.tables.raw import raw_rows, reference_rows

PAGE = Path(__file__).parents[1] / "docs" / "tables.md"

_INTRODUCTION = """\
# Tables

Made from `cdp/tables` by `make docs`; change it there. Tables under `published.` are what analysts
open, by the name after the dot. An instant is UTC. *identifier* points to a person by itself,
*personal* tells something about one.
"""


def tables() -> list[Contract]:
    """Every contract by name; the tables made for each source stand for all of their kind."""
    of_sources = (raw_rows("<source>"), reference_rows("<source>"))
    return sorted([*CONTRACTS.values(), *of_sources], key=lambda contract: contract.name)


def page() -> str:
    """The page: every table with its grain and key, every column with its meaning."""
    return "\n".join([_INTRODUCTION, *(_section(contract) for contract in tables())])


def _section(contract: Contract) -> str:
    grain = contract.grain[0].upper() + contract.grain[1:]
    key = ", ".join(f"`{name}`" for name in contract.key)
    return "\n".join(
        [
            f"## `{contract.name}`",
            "",
            f"{grain}. Key: {key}.",
            "",
            "| column | type | nulls | meaning | person |",
            "|---|---|---|---|---|",
            *_rows(contract),
            "",
        ]
    )


def _rows(contract: Contract) -> Iterator[str]:
    for column in contract.columns:
        nulls = "yes" if contract.schema.field(column.name).nullable else "no"
        person = "" if column.pii == "none" else column.pii
        cells = (f"`{column.name}`", _type(column), nulls, _cell(column.meaning), person)
        yield f"| {' | '.join(cells)} |"


def _type(column: Column) -> str:
    return _cell(str(column.type).replace("element: ", "").replace("item: ", ""))


def _cell(text: str) -> str:
    r"""Text that cannot end its cell.

    >>> _cell("a | b")
    'a \\| b'
    """
    return text.replace("|", "\\|")


def main() -> None:
    """Write the page anew."""
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE.relative_to(PAGE.parents[1])}: {len(tables())} tables")


if __name__ == "__main__":
    main()
