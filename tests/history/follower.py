"""Somebody downstream who follows ``customer_changes`` and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Records = frozenset[int]


@dataclass
class Follower:
    """The customers that the events tell of: how large each is, and which records it had then."""

    sizes: dict[str, int] = field(default_factory=dict)
    groups: dict[str, Records] = field(default_factory=dict)

    def follow(self, events: Iterable[Mapping[str, Any]], groups: Mapping[str, Records]) -> None:
        """Apply the events of a run; a customer is looked up only where an event names it."""
        for event in events:
            customer = event["customer_id"]
            if event["kind"] in ("merged", "retired"):
                del self.sizes[customer], self.groups[customer]
            elif event["kind"] != "moved":
                self.sizes[customer] = event["record_count"]
                self.groups[customer] = groups[customer]
