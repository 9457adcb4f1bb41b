"""Rejected rows as the snapshot has them: listed, shown, written out to be mended."""

from __future__ import annotations

from cdp.explain.quarantine.files import Exported, export_rows
from cdp.explain.quarantine.listing import STATES, Listing, list_quarantine
from cdp.explain.quarantine.moved import delivery_parts, moved_between
from cdp.explain.quarantine.rows import Page, show_rows

__all__ = [
    "STATES",
    "Exported",
    "Listing",
    "Page",
    "delivery_parts",
    "export_rows",
    "list_quarantine",
    "moved_between",
    "show_rows",
]
