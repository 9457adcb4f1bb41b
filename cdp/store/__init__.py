"""The store: ledger of deliveries and runs, the writer's lock, snapshots and their publication."""

from __future__ import annotations
