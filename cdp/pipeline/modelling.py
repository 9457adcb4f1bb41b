"""Train a version of the model beside the one in force, and put one in force."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from cdp import resolve
from cdp.engine import DuckDBEngine
from cdp.errors import ConfigError, NotFoundError
from cdp.pipeline.resolving import resolve_settings
from cdp.project import Project
from cdp.store.disk import disk_faults
from cdp.store.layout import Layout
from cdp.store.lock import writer_lock
from cdp.store.model_notes import note_models, version_of

SEED = 20_261_123
"""Draws the random pairs of every training: the same records, the same model."""


def train_model(project: Project, *, as_of: datetime) -> dict[str, object]:
    """Train a candidate on the records of today and compare it with what is in force.

    Returns:
        The version as `cdp model show` tells it, with its trial: which customers would merge or
        split, with examples, and the levels whose weight would change most.

    Raises:
        NotFoundError: Nothing was run yet, so there are no records to learn from.
        StoreLockedError: A run holds the store.
    """
    layout = Layout(project.store)
    with _store(layout, as_of) as engine:
        known = engine.query("select model_id, status from ops.models order by model_id")
        numbers = [int(model_id.removeprefix("m_")) for model_id in known["model_id"]]
        model_id = f"m_{max(numbers, default=0) + 1:04}"
        clusters = resolve.train_candidate(
            engine, settings=resolve_settings(project), model_id=model_id, seed=SEED, as_of=as_of
        )
        members = engine.query(
            "select record_id, customer_id from identity.members where valid_to is null"
        )
        in_force = "".join(name for name, status in known.iter_rows() if status == "promoted")
        weights = resolve.changed_weights(engine, in_force, model_id)
        trial = {"beside": in_force, **resolve.compare(members, clusters), "weights": weights}
        note_models(engine, layout, trials={model_id: trial})
    return version_of(layout, model_id)


def promote_model(project: Project, model_id: str, *, as_of: datetime) -> dict[str, object]:
    """Put a version in force: the next run weighs all pairs by it, and ids are carried over.

    Raises:
        NotFoundError: There is no version of this id.
        ConfigError: It was trained under other settings of resolving.
        StoreLockedError: A run holds the store.
    """
    layout = Layout(project.store)
    version_of(layout, model_id)
    with _store(layout, as_of) as engine:
        if not resolve.fits(engine, model_id, settings=resolve_settings(project)):
            raise ConfigError(
                what=f"model {model_id} was trained under other settings of resolving",
                where="cdp.yaml",
                next_step="train one under today's: cdp model train",
            )
        resolve.promote(engine, model_id, as_of=as_of)
        note_models(engine, layout)
    return version_of(layout, model_id)


@contextmanager
def _store(layout: Layout, as_of: datetime) -> Iterator[DuckDBEngine]:
    if not layout.warehouse.is_file():
        raise NotFoundError(
            what="there are no records yet to learn from",
            where=layout.store.name,
            next_step="run the pipeline first: cdp run",
        )
    with (
        disk_faults(layout.store),
        writer_lock(layout, run_id="of a model", started_at=as_of),
    ):
        engine = DuckDBEngine(layout.warehouse)
        try:
            yield engine
        finally:
            engine.close()
