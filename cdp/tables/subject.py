"""What a row speaks of: the one expression by which rows belong together."""

from __future__ import annotations

import sqlglot

SUBJECT = sqlglot.parse_one(
    """
    coalesce(
        touchpoint_id,
        record_id,
        stable_id(source || '|' || coalesce(source_record_id, delivery_id))
    )
    """,
    read="duckdb",
)
"""What a row speaks of, as one number: its touchpoint, else its person, else its reference row.

Two rows that repeat one another have the same. Rows without any key share that of their delivery.
A record and a touchpoint may happen to have one number: then both are looked at, which is no harm.
"""
