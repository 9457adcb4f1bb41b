"""Splink's own match weights chart, with its libraries inside: no network is asked."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing

import duckdb


def match_weights_chart(settings: Mapping[str, object]) -> str:
    """An HTML fragment of about 0.9 MB: the chart, Vega, Vega-Lite and Vega-Embed.

    Args:
        settings: A Splink model as its settings dictionary, m and u included.
    """
    from splink import DuckDBAPI, Linker

    with closing(duckdb.connect()) as connection:
        # The chart needs the model only; Splink wants a table all the same.
        connection.execute("create table nobody (record_id bigint)")
        api = DuckDBAPI(connection)
        linker = Linker(
            api.register("nobody"), dict(settings), log_level=None, validate_settings=False
        )
        return str(linker.visualisations.match_weights_chart().to_html(inline=True))
