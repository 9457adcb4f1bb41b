"""One module a channel: each writes the deliveries of its sources, and their truth."""

from __future__ import annotations
