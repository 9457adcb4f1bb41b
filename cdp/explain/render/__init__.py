"""Pictures for a terminal, each of what its command would print as JSON; and the report's page."""

from __future__ import annotations

from cdp.explain.render.customers import customer, past
from cdp.explain.render.figures import report
from cdp.explain.render.labelled import evaluation
from cdp.explain.render.models import model_trial, models
from cdp.explain.render.page import report_page, write_page
from cdp.explain.render.quarantine import (
    exported_rows,
    quarantine,
    rejected_rows,
    replayed,
)
from cdp.explain.render.runs import export, outcome, status
from cdp.explain.render.sources import draft, presets, preview, sources
from cdp.explain.render.stewards import case, repeated_lines, replaced_lines, ruled, rulings
from cdp.explain.render.taking_back import deliveries, rollback, snapshots, word
from cdp.explain.render.why import why
from cdp.explain.render.why_page import why_page

__all__ = [
    "case",
    "customer",
    "deliveries",
    "draft",
    "evaluation",
    "export",
    "exported_rows",
    "model_trial",
    "models",
    "outcome",
    "past",
    "presets",
    "preview",
    "quarantine",
    "rejected_rows",
    "repeated_lines",
    "replaced_lines",
    "replayed",
    "report",
    "report_page",
    "rollback",
    "ruled",
    "rulings",
    "snapshots",
    "sources",
    "status",
    "why",
    "why_page",
    "word",
    "write_page",
]
