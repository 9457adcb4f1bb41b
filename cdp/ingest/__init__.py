"""Ingest: files land verbatim as deliveries; contracts map their rows to canonical columns."""

from __future__ import annotations

from cdp.ingest.arrivals import delivered_at, files_below, find_files
from cdp.ingest.landing import Landing, land_source, stage_rows, unheard
from cdp.ingest.mapping import map_rows, mapping_statement
from cdp.ingest.mending import Manifest, Mended, land_mended, manifest_path, read_manifest
from cdp.ingest.readers import Row, RowReader, open_rows, verbatim

__all__ = [
    "Landing",
    "Manifest",
    "Mended",
    "Row",
    "RowReader",
    "delivered_at",
    "files_below",
    "find_files",
    "land_mended",
    "land_source",
    "manifest_path",
    "map_rows",
    "mapping_statement",
    "open_rows",
    "read_manifest",
    "stage_rows",
    "unheard",
    "verbatim",
]
