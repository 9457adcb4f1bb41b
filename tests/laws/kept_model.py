"""A model that a company keeps, however few its records are, and that other stores are given."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from datetime import datetime

import polars as pl

from cdp.engine import DuckDBEngine
from cdp.pipeline.modelling import promote_model, train_model
from cdp.store.layout import Layout
from cdp.tables import CONTRACTS
from cdp.tables.model import MODELS, VERSIONED
from tests.laws.world import AS_OF, Company

Model = Mapping[str, pl.DataFrame]
"""The tables of a store's versions."""


def keep_model(company: Company, *, as_of: datetime = AS_OF) -> dict[str, object]:
    """Train a model on what was run and put it in force; what the training told.

    A store as small as those of tests keeps none by itself.
    """
    found = train_model(company.project, as_of=as_of)
    promote_model(company.project, str(found["model_id"]), as_of=as_of)
    return found


def model_of(company: Company) -> Model:
    """The model that a company keeps."""
    return {c.name: company.warehouse(f"select * from {c.name}") for c in (MODELS, *VERSIONED)}


def install(company: Company, model: Model) -> None:
    """Give a model to a store that has none."""
    layout = Layout(company.project.store)
    layout.warehouse.parent.mkdir(parents=True, exist_ok=True)
    with closing(DuckDBEngine(layout.warehouse)) as engine:
        for name, rows in model.items():
            engine.store_frame(CONTRACTS[name], rows, append=False)
