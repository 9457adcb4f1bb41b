"""Golden records as files that other tools import."""

from __future__ import annotations

from cdp.activation.export import Export, export_customers

__all__ = ["Export", "export_customers"]
