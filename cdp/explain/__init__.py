"""What the published snapshot says, and why: customers, status, how good it is."""

from __future__ import annotations

from cdp.explain import render
from cdp.explain.customer import Customer
from cdp.explain.deliveries import find_delivery, read_deliveries
from cdp.explain.evaluation import Evaluation, evaluate
from cdp.explain.finding import Candidates, find_customer
from cdp.explain.labelled_quality import LabelledQuality, evaluate_snapshot
from cdp.explain.labels import read_labels
from cdp.explain.model import read_model_settings
from cdp.explain.quality import Expected, Quality, expected_quality, read_quality
from cdp.explain.snapshot import Snapshot, open_snapshot
from cdp.explain.status import Status, read_status
from cdp.explain.why import Why, read_why

__all__ = [
    "Candidates",
    "Customer",
    "Evaluation",
    "Expected",
    "LabelledQuality",
    "Quality",
    "Snapshot",
    "Status",
    "Why",
    "evaluate",
    "evaluate_snapshot",
    "expected_quality",
    "find_customer",
    "find_delivery",
    "open_snapshot",
    "read_deliveries",
    "read_labels",
    "read_model_settings",
    "read_quality",
    "read_status",
    "read_why",
    "render",
]
