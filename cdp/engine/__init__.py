"""Where SQL runs: the protocol, statements with declared reads, DuckDB."""

from __future__ import annotations

from cdp.engine.duckdb import DuckDBEngine
from cdp.engine.protocol import Engine, Scalar, SqlFunction
from cdp.engine.statement import Statement, built, load, statement

__all__ = [
    "DuckDBEngine",
    "Engine",
    "Scalar",
    "SqlFunction",
    "Statement",
    "built",
    "load",
    "statement",
]
