"""Profiles: survivorship makes golden records; touchpoints make timelines and computed traits."""

from __future__ import annotations

from cdp.profiles.building import (
    build_customers,
    build_timeline,
    build_traits,
    customers_of,
    records_of,
)

__all__ = ["build_customers", "build_timeline", "build_traits", "customers_of", "records_of"]
