"""Where SQL runs: what every engine can do. DuckDB now, Spark later."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

import polars as pl
import pyarrow as pa
from sqlglot import exp

from cdp.engine.statement import Statement
from cdp.tables import Contract

Scalar = str | int | float | bool | date | datetime | None

Narrowing = str | exp.Expr
"""What rows are narrowed by: a column's name, or an expression over columns of the table."""


@dataclass(frozen=True)
class SqlFunction:
    """A Python function under one name on every engine; it sees whole Arrow arrays.

    ``arguments`` and ``returns`` are DuckDB type names. Null inputs are handed over.
    """

    name: str
    call: Callable[..., pa.Array]
    arguments: tuple[str, ...]
    returns: str


class Engine(Protocol):
    """Tables by contract, written by statements. One writer at a time holds an engine."""

    def register(self, function: SqlFunction) -> None:
        """Make a function known to SQL under its name; again is no error."""

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing; inner transactions join the outer one."""

    def frugal(self) -> AbstractContextManager[None]:
        """For as long as this lasts, memory is bounded, whatever the size of what is read."""

    def ensure(self, contract: Contract) -> None:
        """Create the table, empty, unless it is there; then give it the columns that it lacks.

        What a change of a contract needs, so that a store of the former release goes on: a column
        that may be null, nothing; for old rows it is null. Any change at all to a table that
        steps fill anew, nothing. A column that may not be null, or another type, in a table that
        keeps its rows: a migration, which says what old rows hold.

        Raises:
            TableContractError: Such a column is missing.
        """

    def replace(
        self,
        statement: Statement,
        *,
        inputs: Mapping[str, str] | None = None,
        values: Mapping[str, Scalar] | None = None,
    ) -> int:
        """Fill the statement's table anew with its rows; the number of rows.

        Raises:
            TableContractError: Columns, nulls or keys break the table's contract.
        """

    def append(
        self,
        statement: Statement,
        *,
        inputs: Mapping[str, str] | None = None,
        values: Mapping[str, Scalar] | None = None,
        keys: Sequence[str] | None = None,
    ) -> int:
        """Add the statement's rows to its table; the number of rows added.

        ``keys`` are what the first column of the table's key holds in them, where that is known:
        many rows are written once then, and not put aside first to see what they hold.
        """

    def store_frame(
        self,
        contract: Contract,
        frame: pl.DataFrame | pa.Table,
        *,
        append: bool,
        is_key_checked: bool = True,
    ) -> int:
        """Write a frame of the contract's columns; the number of rows written.

        ``is_key_checked`` false is for chunks whose keys are unique by their making.
        """

    def renew(
        self,
        statement: Statement,
        *,
        keys: pl.Series | None,
        column: Narrowing,
        narrowed: Mapping[str, Narrowing],
        inputs: Mapping[str, str] | None = None,
        values: Mapping[str, Scalar] | None = None,
    ) -> pl.Series | None:
        """Make anew the rows of a statement's table whose ``column`` is among some keys.

        Args:
            statement: Makes the rows of these keys when it reads no others.
            keys: Null for all, as `replace`.
            column: Of the table written.
            narrowed: Tables read, to what they are narrowed to the keys by.
            inputs: As in `replace`.
            values: Bound in the statement.

        Returns:
            The keys whose rows are others than before, sorted; null when all were made anew.
        """

    def renew_frame(
        self,
        contract: Contract,
        frame: pl.DataFrame,
        *,
        keys: pl.Series | None,
        columns: Sequence[str],
    ) -> int:
        """Put a frame in the place of the rows one of whose ``columns`` is among some keys.

        ``keys`` null is for all rows, as `store_frame`. The columns belong to the table's key.
        """

    def rows_of(self, table: str, column: Narrowing, keys: pl.Series | None) -> pl.DataFrame:
        """A table's rows whose column is among some keys; all when ``keys`` is null."""

    def export(
        self,
        statement: Statement,
        path: Path,
        *,
        keys: pl.Series | None = None,
        narrowed: Mapping[str, Sequence[Narrowing]] = MappingProxyType({}),
    ) -> int:
        """Write the statement's rows to a Parquet file; the number of rows.

        With ``keys``, those that it makes of the tables ``narrowed``: of each, the rows one of
        whose columns is among the keys.
        """

    def delete(self, table: str, column: str, values: Sequence[str]) -> None:
        """Take away the rows whose column holds one of the values."""

    def query(self, sql: str, values: Mapping[str, Scalar] | None = None) -> pl.DataFrame:
        """The rows of a query, as a frame."""

    def count(self, table: str) -> int:
        """The number of a table's rows."""

    def exists(self, table: str) -> bool:
        """Whether the table is there."""
