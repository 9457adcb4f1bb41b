"""What the published snapshot says, and why: customers, status, how good it is."""

from __future__ import annotations

from cdp.explain import render
from cdp.explain.customer import Customer
from cdp.explain.data_docs import write_data_docs
from cdp.explain.deliveries import find_delivery, read_deliveries
from cdp.explain.evaluation import Evaluation, evaluate
from cdp.explain.finding import Candidates, find_customer
from cdp.explain.labelled_quality import LabelledQuality, evaluate_snapshot
from cdp.explain.labels import read_labels
from cdp.explain.model import read_model_settings
from cdp.explain.past import Past, instant_of, read_past
from cdp.explain.quality import Expected, Quality, expected_quality, read_quality
from cdp.explain.quarantine import (
    STATES,
    delivery_parts,
    export_rows,
    list_quarantine,
    moved_between,
    show_rows,
)
from cdp.explain.snapshot import Snapshot, open_snapshot
from cdp.explain.status import Status, read_status
from cdp.explain.why import Why, read_why

__all__ = [
    "STATES",
    "Candidates",
    "Customer",
    "Evaluation",
    "Expected",
    "LabelledQuality",
    "Past",
    "Quality",
    "Snapshot",
    "Status",
    "Why",
    "delivery_parts",
    "evaluate",
    "evaluate_snapshot",
    "expected_quality",
    "export_rows",
    "find_customer",
    "find_delivery",
    "instant_of",
    "list_quarantine",
    "moved_between",
    "open_snapshot",
    "read_deliveries",
    "read_labels",
    "read_model_settings",
    "read_past",
    "read_quality",
    "read_status",
    "read_why",
    "render",
    "show_rows",
    "write_data_docs",
]
