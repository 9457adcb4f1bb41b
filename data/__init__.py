"""The demo project: contracts in `sources/`, and the generator of its deliveries."""

from __future__ import annotations
