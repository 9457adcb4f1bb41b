"""Measurements against peers on data with known truth."""

from __future__ import annotations
