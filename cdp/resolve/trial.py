"""Try a new version of the model beside the one in force: who would be one customer under it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from datetime import datetime

import polars as pl

from cdp.engine import DuckDBEngine, Engine
from cdp.resolve.clusters import cluster_records
from cdp.resolve.identifiers import build_identifiers
from cdp.resolve.pairs import score_pairs
from cdp.resolve.settings import ResolveSettings
from cdp.resolve.versions import Version, begin_training
from cdp.tables import CONTRACTS
from cdp.tables.model import MODELS, VERSIONED

EXAMPLES = 10
"""Customers that would merge, and as many that would split, shown for a person to judge."""


def train_candidate(
    engine: Engine, *, settings: ResolveSettings, model_id: str, seed: int, as_of: datetime
) -> pl.DataFrame:
    """Train a version on the current records and keep it as a candidate.

    All is done aside: no table of identity changes, and the version in force stays so.

    Returns:
        The groups of records that would be customers: record_id, cluster.
    """
    version = Version(model_id, is_training=True)
    with closing(DuckDBEngine()) as trial:
        records = engine.query("select * from clean.records where is_current")
        trial.store_frame(CONTRACTS["clean.records"], records, append=False)
        rulings = engine.rows_of("identity.rulings", "record_l", None)
        trial.store_frame(CONTRACTS["identity.rulings"], rulings, append=False)
        begin_training(trial, version, settings=settings, as_of=as_of)
        build_identifiers(trial, settings=settings, version=version)
        score_pairs(trial, settings=settings, version=version, seed=seed)
        cluster_records(trial, settings=settings)
        clusters = trial.query("select record_id, cluster from identity.clusters order by all")
        entry = trial.query("select * from ops.models").with_columns(
            status=pl.lit("candidate"), is_kept=pl.lit(value=True),
            promoted_at=pl.lit(None, pl.Datetime("us")),
        )  # fmt: skip
        with engine.transaction():
            for contract in (MODELS, *VERSIONED):
                learned = entry if contract is MODELS else trial.query(f"from {contract.name}")
                engine.ensure(contract)
                engine.delete(contract.name, "model_id", [model_id])
                engine.store_frame(contract, learned.select(contract.column_names), append=True)
    return clusters


def compare(members: pl.DataFrame, clusters: pl.DataFrame) -> Mapping[str, object]:
    """What would become of today's customers: figures, and examples by size (ties: by id).

    Args:
        members: record_id, customer_id: the customers of today.
        clusters: record_id, cluster: the groups that would be customers.

    >>> members = pl.DataFrame({"record_id": [1, 2, 3, 4], "customer_id": list("aabc")})
    >>> clusters = pl.DataFrame({"record_id": [1, 2, 3, 4], "cluster": [1, 2, 3, 3]})
    >>> found = compare(members, clusters)
    >>> found["would_merge"], found["would_split"], found["moved_records"]
    (1, 1, 2)
    >>> found["merges"], found["splits"]
    ([{'customers': ['b', 'c'], 'records': 2}], [{'customer': 'a', 'records': [1, 1]}])
    """
    shared = (
        members.join(clusters, on="record_id")
        .group_by("customer_id", "cluster")
        .agg(records=pl.len().cast(pl.Int64))
    )
    merges = (
        shared.sort("customer_id")
        .group_by("cluster", maintain_order=True)
        .agg(customers="customer_id", records=pl.col("records").sum())
        .filter(pl.col("customers").list.len() > 1)
        .sort("records", "cluster", descending=[True, False])
    )
    splits = (
        shared.group_by("customer_id")
        .agg(parts=pl.col("records").sort(descending=True), records=pl.col("records").sum())
        .filter(pl.col("parts").list.len() > 1)
        .sort("records", "customer_id", descending=[True, False])
    )
    # A record stays when it is among the largest part that its customer and its group share.
    order = ["records", "customer_id", "cluster"]
    kept = (
        shared.sort(order, descending=[True, False, False])
        .unique("customer_id", keep="first", maintain_order=True)
        .unique("cluster", keep="first", maintain_order=True)
    )
    return {
        "customers_now": members["customer_id"].n_unique(),
        "customers_then": clusters["cluster"].n_unique(),
        "would_merge": int((merges["customers"].list.len() - 1).sum()),
        "would_split": splits.height,
        "moved_records": sum(shared["records"]) - sum(kept["records"]),
        "merges": merges.head(EXAMPLES).select("customers", "records").to_dicts(),
        "splits": splits.head(EXAMPLES).select(customer="customer_id", records="parts").to_dicts(),
    }


def changed_weights(engine: Engine, one: str, other: str) -> list[dict[str, object]]:
    """Levels whose weight differs most between two versions: comparison, level, bits of both."""
    found = engine.query(
        """
        select n.comparison, n.level, round(f.weight_bits, 2) as now, round(n.weight_bits, 2) as new
        from model.levels as n
        join model.levels as f
            on n.comparison = f.comparison and n.level_number = f.level_number and f.model_id = $one
        where n.model_id = $other and abs(n.weight_bits - f.weight_bits) >= 0.1
        order by abs(n.weight_bits - f.weight_bits) desc, n.comparison, n.level_number limit 10
        """,
        {"one": one, "other": other},
    )
    return found.to_dicts()
