"""Drafting: look at a bounded sample of a file, and draft the source contract that it wants."""

from __future__ import annotations

from cdp.drafting.infer import Draft, infer, write

__all__ = ["Draft", "infer", "write"]
