"""The published model of matching in Splink's own words, for Splink's own charts."""

from __future__ import annotations

from typing import Any

import polars as pl

from cdp.explain.snapshot import Snapshot

_LEVELS = "select * from model_levels order by comparison, level_number desc"
_PRIOR = """
    select cast(evidence ->> '$.prior.weight_bits' as double) as bits from links
    where kind = 'probabilistic' and evidence ->> '$.prior.weight_bits' is not null
    order by record_l, record_r limit 1
"""


def read_model_settings(snapshot: Snapshot) -> dict[str, Any] | None:
    """The model's settings as Splink reads them, m and u included; null where nothing was matched.

    They are for charts: the conditions of the levels are not published and only stand for them.
    """
    levels, prior = snapshot.query(_LEVELS), snapshot.query(_PRIOR)
    if not levels.height or not prior.height:
        return None
    odds = 2.0 ** float(prior["bits"][0])
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "record_id",
        "probability_two_random_records_match": odds / (1.0 + odds),
        "comparisons": [
            _comparison(name, rows)
            for (name,), rows in levels.group_by("comparison", maintain_order=True)
        ],
    }


def _comparison(name: object, levels: pl.DataFrame) -> dict[str, Any]:
    stated = {"sql_condition": f'"{name}_l" is null or "{name}_r" is null'}
    told: list[dict[str, Any]] = [
        stated | {"label_for_charts": "not stated", "is_null_level": True}
    ]
    for level in levels.iter_rows(named=True):
        number = level["level_number"]
        told.append(
            {
                "sql_condition": f'"{name}_l" = {number}' if number else "ELSE",
                "label_for_charts": level["level"],
                "m_probability": level["match_share"],
                "u_probability": level["random_share"],
            }
        )
    return {"output_column_name": name, "comparison_levels": told}
