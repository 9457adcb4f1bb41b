"""Pictures for a terminal; each takes what its command would print as JSON."""

from __future__ import annotations

from cdp.explain.render.customers import customer
from cdp.explain.render.runs import export, outcome, status
from cdp.explain.render.sources import preview, sources

__all__ = ["customer", "export", "outcome", "preview", "sources", "status"]
