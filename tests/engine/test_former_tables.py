"""Tables of a former release: what is added by itself, what is made anew, what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import polars as pl
import pytest

from cdp.engine import DuckDBEngine
from cdp.errors import TableContractError
from cdp.tables import Column, Contract
from cdp.tables.contract import INTEGER, TEXT, key_column

FORMER = Contract(
    "t.x", "one thing", ("id",), (key_column("id", INTEGER, "the id"), Column("a", TEXT, "a text"))
)
WIDER = replace(FORMER, columns=(FORMER.columns[0], Column("b", INTEGER, "b"), FORMER.columns[1]))
STRICTER = replace(FORMER, columns=(*FORMER.columns, key_column("c", TEXT, "never null")))
OTHER_TYPE = replace(FORMER, columns=(FORMER.columns[0], Column("a", INTEGER, "a number")))
NARROWER = replace(FORMER, columns=FORMER.columns[:1])


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    with closing(DuckDBEngine()) as opened:
        opened.store_frame(FORMER, pl.DataFrame({"id": [1], "a": ["old"]}), append=False)
        yield opened


def rows(engine: DuckDBEngine) -> list[dict[str, object]]:
    return engine.query("select * from t.x order by id").to_dicts()


def test_a_column_that_may_be_null_is_added_and_old_rows_stay(engine: DuckDBEngine) -> None:
    engine.ensure(WIDER)
    engine.ensure(WIDER)
    assert rows(engine) == [{"id": 1, "a": "old", "b": None}]


def test_rows_are_appended_to_a_table_that_lacked_a_column(engine: DuckDBEngine) -> None:
    engine.store_frame(WIDER, pl.DataFrame({"id": [2], "a": ["new"], "b": [7]}), append=True)
    assert rows(engine) == [{"id": 1, "a": "old", "b": None}, {"id": 2, "a": "new", "b": 7}]


@pytest.mark.parametrize("contract", [STRICTER, OTHER_TYPE])
def test_what_old_rows_cannot_have_is_refused_and_they_stay(
    engine: DuckDBEngine, contract: Contract
) -> None:
    with pytest.raises(TableContractError, match="another release"):
        engine.ensure(contract)
    assert rows(engine) == [{"id": 1, "a": "old"}]


@pytest.mark.parametrize("contract", [WIDER, STRICTER, OTHER_TYPE, NARROWER])
def test_a_table_filled_anew_takes_any_shape(engine: DuckDBEngine, contract: Contract) -> None:
    fresh = pl.DataFrame({"id": [5]}).with_columns(
        *(
            (pl.lit("9") if column.type == TEXT else pl.lit(9)).alias(column.name)
            for column in contract.columns[1:]
        )
    )
    engine.store_frame(contract, fresh, append=False)
    assert rows(engine) == fresh.to_dicts()
    (stored,) = rows(engine)
    assert stored.keys() == set(contract.column_names)
