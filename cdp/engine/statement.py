"""A SQL file with its declared reads and writes, checked before it may run.

The header of a file says what it is::

    -- grain: one row per ...
    -- key: record_id
    -- reads: clean.rows, ops.deliveries
    -- writes: clean.records
    select ...

A read that is not declared, or a declared one that is not read, is a SqlContractError: what a
step depends on is never hidden in its text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import sqlglot
from sqlglot import exp

from cdp.errors import SqlContractError

_HEADER = re.compile(r"^--\s*(grain|key|reads|writes):[ \t]*(.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Statement:
    """One query that fills one table.

    ``reads`` are the tables it may read, ``writes`` the table that its rows go to.
    """

    name: str
    reads: frozenset[str]
    writes: str
    sql: str

    def bind(self, inputs: Mapping[str, str]) -> str:
        """The SQL with declared tables replaced by others (a delta for a whole table).

        Raises:
            SqlContractError: An input is named that the statement does not declare.
        """
        unknown = sorted(set(inputs) - self.reads)
        if unknown:
            raise SqlContractError(
                what=f"{self.name} is given {', '.join(unknown)} but does not read it",
                where=self.name,
                next_step="declare it in the header's `reads`, or do not bind it",
            )
        if not inputs:
            return self.sql
        return _rebound(_parsed(self.sql), inputs).sql(dialect="duckdb")


@cache
def _parsed(sql: str) -> exp.Expr:
    """The tree of a query, which nobody may change: most are asked for again and again."""
    return sqlglot.parse_one(sql, read="duckdb")


def _rebound(tree: exp.Expr, inputs: Mapping[str, str]) -> exp.Expr:
    def swap(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Table) and table_name(node) in inputs:
            bound = exp.to_table(inputs[table_name(node)], dialect="duckdb")
            bound.set(
                "alias", node.args.get("alias") or exp.TableAlias(this=exp.to_identifier(node.name))
            )
            return bound
        return node

    return tree.transform(swap)


def table_name(table: exp.Table) -> str:
    """``schema.table`` of a table node, lower case; the bare name when it has no schema."""
    return f"{table.db}.{table.name}".lower() if table.db else table.name.lower()


def tables_read(tree: exp.Expr) -> frozenset[str]:
    """Every stored table that a query reads; its own CTEs and table functions left out."""
    ctes = {cte.alias_or_name.lower() for cte in tree.find_all(exp.CTE)}
    names = {
        table_name(table)
        for table in tree.find_all(exp.Table)
        if isinstance(table.this, exp.Identifier)
    }
    return frozenset(names - ctes)


def statement(*, name: str, reads: frozenset[str], writes: str, sql: str) -> Statement:
    """A checked statement.

    Raises:
        SqlContractError: The tables read are not the tables declared.
    """
    found = tables_read(_parsed(sql))
    if found != reads:
        undeclared, unread = sorted(found - reads), sorted(reads - found)
        raise SqlContractError(
            what=f"undeclared reads: {undeclared}; declared but not read: {unread}",
            where=name,
            how_many=len(undeclared) + len(unread),
            next_step="make the header's `reads` list and the query agree",
        )
    return Statement(name=name, reads=reads, writes=writes, sql=sql)


def built(name: str, query: exp.Expr, *, writes: str) -> Statement:
    """A statement from sqlglot's builder, for columns that a user configures."""
    return Statement(name, tables_read(query), writes, query.sql(dialect="duckdb"))


@cache
def load(path: Path) -> Statement:
    """The statement in a .sql file.

    Raises:
        SqlContractError: The header lacks a line, or the reads do not agree.
    """
    text = path.read_text(encoding="utf-8")
    header = {key: value.strip() for key, value in _HEADER.findall(text)}
    name = f"{path.parent.parent.name}/{path.name}"
    missing = [key for key in ("grain", "key", "reads", "writes") if key not in header]
    if missing:
        raise SqlContractError(
            what=f"header lacks {', '.join(missing)}",
            where=name,
            how_many=len(missing),
            next_step="add the missing lines, e.g. `-- reads: clean.rows`",
        )
    reads = frozenset(part.strip().lower() for part in header["reads"].split(",") if part.strip())
    return statement(name=name, reads=reads, writes=header["writes"], sql=text)
