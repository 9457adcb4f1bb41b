"""The steps that find out who is who: each looks again at what was touched, and at no more."""

from __future__ import annotations

from cdp import resolve
from cdp.pipeline.run import Run, for_touched, when_changed
from cdp.pipeline.step import Step
from cdp.store.touched import Onward, Records


@for_touched("identity.records", "identity.identifiers", "identity.attributes")
def _identify(run: Run, records: Records) -> Onward:
    version = run.version
    if version.is_training:
        records = None
        resolve.begin_training(run.engine, version, settings=run.resolving, as_of=run.as_of)
    moved = resolve.build_identifiers(
        run.engine, settings=run.resolving, version=version, records=records
    )
    return {"score": moved, "customers": moved, "publish": moved}


@when_changed("identity.rulings")
def _rulings(run: Run) -> None:
    with run.engine.transaction():
        moved = resolve.place_rulings(run.engine, rulings=run.rulings.frame())
        run.touched.enter("score", moved)


@for_touched("identity.scored_pairs")
def _score(run: Run, records: Records) -> Onward:
    version = run.version
    moved = resolve.score_pairs(
        run.engine, settings=run.resolving, version=version, seed=run.seed,
        records=None if version.is_training else records,
    )  # fmt: skip
    return {"cluster": moved, "assign_ids": moved, "publish": moved}


@for_touched("identity.links")
def _cluster(run: Run, records: Records) -> Onward:
    resolve.cluster_records(run.engine, settings=run.resolving, records=records)
    return {}


@for_touched("identity.members", "identity.changes")
def _assign_ids(run: Run, records: Records) -> Onward:
    resolve.assign_customer_ids(
        run.engine, project=run.project.name, as_of=run.as_of, run_id=run.run_id, records=records
    )
    return {"customers": records, "timeline": records}


@when_changed("identity.households")
def _households(run: Run) -> None:
    resolve.build_households(run.engine, project=run.project.name, settings=run.resolving)


RESOLVE = (
    Step(
        name="identify",
        stage="resolve",
        description="Current records as matching reads them, and their identifiers.",
        reads=("clean.records",),
        writes=(
            "identity.records",
            "identity.identifiers",
            "identity.attributes",
            "identity.holders",
        ),
        call=_identify,
    ),
    Step(
        name="rulings",
        stage="resolve",
        description="What stewards ruled, on the records that are there.",
        reads=("identity.records",),
        writes=("identity.rulings",),
        call=_rulings,
    ),
    Step(
        name="score",
        stage="resolve",
        description="Candidate pairs, scored by declared keys and by the Splink model.",
        reads=(
            "identity.records",
            "identity.identifiers",
            "identity.attributes",
            "identity.holders",
            "identity.rulings",
        ),
        writes=(
            "identity.weighed_pairs",
            "identity.scored_pairs",
            "identity.household_pairs",
            "identity.model_levels",
            "identity.model_sources",
        ),
        call=_score,
    ),
    Step(
        name="cluster",
        stage="resolve",
        description="Pairs accepted or refused by guards and rulings; records in clusters.",
        reads=(
            "identity.records",
            "identity.attributes",
            "identity.scored_pairs",
            "identity.model_levels",
            "identity.model_sources",
            "identity.rulings",
        ),
        writes=("identity.links", "identity.clusters"),
        call=_cluster,
    ),
    Step(
        name="assign_ids",
        stage="resolve",
        description="Stable customer ids, and an event for every change of identity.",
        reads=("identity.clusters",),
        writes=("identity.members", "identity.changes"),
        call=_assign_ids,
    ),
    Step(
        name="households",
        stage="resolve",
        description="Customers who seem to share a home: an estimate, made anew by each run.",
        reads=("identity.records", "identity.household_pairs", "identity.members"),
        writes=("identity.households",),
        call=_households,
    ),
)
