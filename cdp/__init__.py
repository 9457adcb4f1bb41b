"""A customer data platform: raw exports in, explained golden customers out."""

from __future__ import annotations

__version__ = "0.1.0"
