"""What a table promises: its grain, its key, and the meaning of every column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

PiiClass = Literal["none", "identifier", "personal"]
"""*identifier* points to a person by itself (an email), *personal* tells something about one."""

TEXT = pa.string()
TEXTS = pa.list_(pa.string())
INTEGER = pa.int64()
INTEGERS = pa.list_(pa.int64())
NUMBER = pa.float64()
NUMBERS = pa.list_(pa.float64())
MONEY = pa.decimal128(18, 3)
FLAG = pa.bool_()
DATE = pa.date32()
INSTANT = pa.timestamp("us")
"""A point in time, UTC, without a zone in the type, so that every BI tool shows the same hour."""


@dataclass(frozen=True)
class Column:
    """One column: what it means, in which unit, how personal it is, and whether its texts are long.

    Texts of some hundred characters, which share little but their wording, are packed in half the
    time and to less than half by zstd.
    """

    name: str
    type: pa.DataType
    meaning: str
    pii: PiiClass = "none"
    nullable: bool = True
    is_long: bool = False


@dataclass(frozen=True)
class Contract:
    """One table: ``name`` is ``schema.table``; ``key`` is unique and never null.

    >>> Contract("t.x", "one thing", ("id",), (Column("id", INTEGER, "the id"),)).column("id").type
    DataType(int64)
    """

    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def schema(self) -> pa.Schema:
        """The pyarrow schema; key columns are never null."""
        return pa.schema(
            [pa.field(c.name, c.type, c.nullable and c.name not in self.key) for c in self.columns]
        )

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of the columns, in their order."""
        return tuple(c.name for c in self.columns)

    def column(self, name: str) -> Column:
        """The column of this name; a KeyError when the contract has none."""
        by_name = {c.name: c for c in self.columns}
        return by_name[name]


def key_column(name: str, type_: pa.DataType, meaning: str, pii: PiiClass = "none") -> Column:
    """A column that is never null."""
    return Column(name, type_, meaning, pii, nullable=False)


def long_column(name: str, meaning: str, *, nullable: bool = True) -> Column:
    """A column of long texts about a person: a row as it came, a JSON object."""
    return Column(name, TEXT, meaning, "personal", nullable, is_long=True)
