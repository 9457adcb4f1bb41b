"""Build the profile tables; each SQL file says its own rules."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import polars as pl

from cdp.engine import Engine, load
from cdp.profiles.confidence import WEAKEST_LINK
from cdp.tables import CONTRACTS

_SQL = Path(__file__).parent / "sql"


def customers_of(engine: Engine, records: pl.Series) -> pl.Series:
    """Customers to be looked at again when some records were touched, sorted.

    Who holds one of the records or ever held it; who has ended but is still shown; and whose
    household is another than is shown.
    """
    held = engine.rows_of("identity.members", "record_id", records)["customer_id"]
    for table in ("identity.households", "profile.customers"):
        engine.ensure(CONTRACTS[table])
    moved = engine.query(
        """
        select c.customer_id
        from profile.customers as c
        left join identity.households as h on c.customer_id = h.customer_id
        where c.household_id is distinct from h.household_id
            or c.customer_id not in (
                select customer_id from identity.members where valid_to is null
            )
        """
    )
    return pl.concat([held, moved["customer_id"]]).unique().sort()


def records_of(engine: Engine, customers: pl.Series) -> pl.Series:
    """Records that customers hold or ever held, sorted."""
    held = engine.rows_of("identity.members", "customer_id", customers)
    return held["record_id"].unique().sort()


def build_customers(
    engine: Engine, *, trust: Mapping[str, int], customers: pl.Series | None = None
) -> None:
    """Make claims, let the best survive, and put them together as golden records.

    Survivorship: the fuller value (a name beats its initial), then source ``trust`` (9 = most
    trusted), then the most recent, then the one most records state, then the value itself, so
    that no tie is left. An address survives whole. ``customers`` null makes all.
    """
    engine.register(WEAKEST_LINK)
    values = {"trust": json.dumps(dict(trust))}
    members = {"identity.members": "customer_id"}
    survivors = {"profile.attribute_sources": "customer_id"}
    claims = {"profile.claims": "customer_id"}
    for name, narrowed, bound in (
        ("claims", members, values),
        ("attribute_sources", claims, {}),
        ("customers", members | survivors, values),
    ):
        engine.renew(
            load(_SQL / f"{name}.sql"),
            keys=customers,
            column="customer_id",
            narrowed=narrowed,
            values=bound,
        )


def build_timeline(engine: Engine, *, customers: pl.Series | None = None) -> None:
    """Give every touchpoint whose person is known its customer and its place in time.

    ``customers`` null makes the timelines of all.
    """
    engine.renew(
        load(_SQL / "timeline.sql"),
        keys=customers,
        column="customer_id",
        narrowed={"identity.members": "customer_id"},
    )


def build_traits(engine: Engine, *, as_of: datetime) -> None:
    """Compute each customer's traits from the touchpoints up to ``as_of``."""
    engine.replace(load(_SQL / "computed_traits.sql"), values={"as_of": as_of})
