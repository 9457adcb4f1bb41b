"""Where SQL runs: the protocol, statements with declared reads, DuckDB."""

from __future__ import annotations

from cdp.engine.database import STABLE_ID
from cdp.engine.duckdb import DuckDBEngine
from cdp.engine.protocol import Engine, Narrowing, Scalar, SqlFunction
from cdp.engine.statement import Statement, built, load, statement

__all__ = [
    "STABLE_ID",
    "DuckDBEngine",
    "Engine",
    "Narrowing",
    "Scalar",
    "SqlFunction",
    "Statement",
    "built",
    "load",
    "statement",
]
