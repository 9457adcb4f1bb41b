"""Statements: what a step depends on is never hidden in its text."""

from __future__ import annotations

import gc
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

import cdp
from cdp.engine import DuckDBEngine, Statement, load, statement
from cdp.engine.database import FRUGAL_BYTES
from cdp.errors import SqlContractError, TableContractError
from cdp.tables import contract_of

ROOT = Path(cdp.__file__).parent


def deliver(sql: str, reads: str = "raw.web") -> Statement:
    return statement(
        name="test", reads=frozenset(reads.split()), writes="reference.lookup", sql=sql
    )


SELECT = (
    "select raw as record_key, delivery_id, source_file, source_row, fields as attributes from {}"
)


@pytest.fixture
def engine() -> DuckDBEngine:
    made = DuckDBEngine()
    made.ensure(contract_of("raw.web"))
    for line in ("a", "b"):
        made.connection.execute(
            "insert into raw.web values ('d1', 'f.csv', ascii($line), $line, '{}', null)",
            {"line": line},
        )
    return made


def test_an_undeclared_read_is_refused() -> None:
    with pytest.raises(SqlContractError, match=r"undeclared reads: .*raw.other"):
        deliver("select * from raw.web join raw.other using (delivery_id)")


def test_a_declared_table_that_is_not_read_is_refused() -> None:
    with pytest.raises(SqlContractError, match=r"declared but not read: .*raw.gone"):
        deliver("select * from raw.web", reads="raw.web raw.gone")


def test_a_query_inside_a_query_is_seen() -> None:
    with pytest.raises(SqlContractError, match=r"raw.hidden"):
        deliver("select * from raw.web where exists (select 1 from raw.hidden)")


def test_its_own_ctes_are_no_reads() -> None:
    assert deliver("with w as (select * from raw.web) select * from w").reads == {"raw.web"}


def test_a_whole_table_can_be_bound_to_a_delta(engine: DuckDBEngine) -> None:
    engine.connection.execute("create table delta as select * from raw.web where raw = 'b'")
    rows = engine.replace(deliver(SELECT.format("raw.web")), inputs={"raw.web": "delta"})
    assert rows == 1
    assert engine.query("select record_key from reference.lookup")["record_key"].to_list() == ["b"]


def test_binding_what_a_statement_does_not_read_is_refused(engine: DuckDBEngine) -> None:
    with pytest.raises(SqlContractError, match="does not read"):
        engine.replace(deliver(SELECT.format("raw.web")), inputs={"raw.typo": "delta"})


def test_a_replaced_table_holds_the_new_rows_only(engine: DuckDBEngine) -> None:
    query = deliver(SELECT.format("raw.web"))
    assert [engine.replace(query), engine.replace(query)] == [2, 2]


def test_memory_is_bounded_for_as_long_as_one_is_frugal(tmp_path: Path) -> None:
    engine = DuckDBEngine(tmp_path / "store.duckdb")
    limit = "select parse_formatted_bytes(current_setting('memory_limit')) as bytes"
    usual = engine.query(limit)["bytes"][0]
    with engine.frugal():
        assert engine.query(limit)["bytes"][0] == min(usual, FRUGAL_BYTES)
        with engine.frugal():
            pass
        assert engine.query(limit)["bytes"][0] == min(usual, FRUGAL_BYTES)
    assert engine.query(limit)["bytes"][0] == usual
    engine.close()


def test_a_frame_is_let_go_of_before_its_transaction_ends(engine: DuckDBEngine) -> None:
    contract = contract_of("raw.web")
    row = engine.query("select * replace ('d2' as delivery_id) from raw.web").to_arrow().slice(0, 1)
    without = pa.total_allocated_bytes()
    # Taken anew, so that Arrow itself holds the memory and can say how much.
    frame = row.take(pa.array([0] * 100_000))
    with engine.transaction():
        engine.store_frame(contract, frame, append=True, is_key_checked=False)
        del frame
        gc.collect()
        assert pa.total_allocated_bytes() <= without
    assert engine.count("raw.web") == 100_002


@pytest.mark.parametrize("keys", [None, ["a", "b"]])
def test_rows_are_added_once_whether_or_not_their_keys_are_told(
    engine: DuckDBEngine, keys: list[str] | None
) -> None:
    lookup = deliver(SELECT.format("raw.web"))
    assert engine.append(lookup, keys=keys) == 2
    with pytest.raises(TableContractError, match=r"key \(record_key\) is not unique"):
        engine.append(lookup, keys=keys)
    assert engine.count("reference.lookup") == 2


def test_columns_other_than_the_contracts_are_refused(engine: DuckDBEngine) -> None:
    with pytest.raises(SqlContractError, match="attributes"):
        engine.replace(
            deliver("select raw as record_key, delivery_id, source_file, source_row from raw.web")
        )


def test_a_broken_write_leaves_the_table_as_it_was(engine: DuckDBEngine) -> None:
    engine.replace(deliver(SELECT.format("raw.web")))
    doubled = deliver(SELECT.format("(select * from raw.web union all select * from raw.web)"))
    with pytest.raises(TableContractError, match="not unique"):
        engine.replace(doubled)
    assert engine.query("select count(*) as n from reference.lookup")["n"].to_list() == [2]


@pytest.mark.parametrize("there", ["a", "b"])
def test_a_renewal_that_tells_a_row_twice_is_refused(engine: DuckDBEngine, there: str) -> None:
    """Whether the row is new or was there before."""
    engine.replace(deliver(SELECT.format("raw.web") + f" where raw = '{there}'"))
    doubled = deliver(SELECT.format("(select * from raw.web union all select * from raw.web)"))
    with pytest.raises(TableContractError, match="not unique"):
        engine.renew(
            doubled, keys=pl.Series(["a"]), column="record_key", narrowed={"raw.web": "raw"}
        )
    assert engine.query("select record_key from reference.lookup")["record_key"].to_list() == [
        there
    ]


def test_a_null_key_is_refused_without_its_row(engine: DuckDBEngine) -> None:
    nulls = deliver(SELECT.format("raw.web").replace("raw as record_key", "null as record_key"))
    with pytest.raises(TableContractError, match="record_key") as raised:
        engine.replace(nulls)
    assert "f.csv" not in str(raised.value)


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.sql")), ids=lambda path: path.stem)
def test_every_file_declares_what_it_reads(path: Path) -> None:
    loaded = load(path)
    # Work tables of scoring and files of an export have no contract of their own.
    if not loaded.writes.startswith(("reference.", "work.", "outbox.")):
        assert contract_of(loaded.writes).key


def test_ids_are_the_same_on_every_version(engine: DuckDBEngine) -> None:
    # md5('crm|1') begins with these 15 hex digits: ids hang on no database's own hash.
    import hashlib

    wanted = int(hashlib.md5(b"crm|1", usedforsecurity=False).hexdigest()[:15], 16)
    assert engine.query("select stable_id('crm|1') as id")["id"].to_list() == [wanted]
