"""Build the profile tables; each SQL file says its own rules."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from cdp.engine import Engine, load
from cdp.profiles.confidence import WEAKEST_LINK

_SQL = Path(__file__).parent / "sql"


def build_customers(engine: Engine, *, trust: Mapping[str, int]) -> None:
    """Make claims, let the best survive, and put them together as golden records.

    Survivorship: the fuller value (a name beats its initial), then source ``trust`` (9 = most
    trusted), then the most recent, then the one most records state, then the value itself, so
    that no tie is left. An address survives whole.
    """
    engine.register(WEAKEST_LINK)
    values = {"trust": json.dumps(dict(trust))}
    engine.replace(load(_SQL / "claims.sql"), values=values)
    engine.replace(load(_SQL / "attribute_sources.sql"))
    engine.replace(load(_SQL / "customers.sql"), values=values)


def build_timeline(engine: Engine) -> None:
    """Give every touchpoint whose person is known its customer and its place in time."""
    engine.replace(load(_SQL / "timeline.sql"))


def build_traits(engine: Engine, *, as_of: datetime) -> None:
    """Compute each customer's traits from the touchpoints up to ``as_of``."""
    engine.replace(load(_SQL / "computed_traits.sql"), values={"as_of": as_of})
