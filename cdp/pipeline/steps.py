"""The run as a list of steps: what each reads and writes, and the one call that does it.

`cdp run` walks the list; Dagster builds its assets from it. A step whose inputs did not change
since the last publication does nothing, so both may call every step every time.
"""

from __future__ import annotations

from functools import partial

from cdp import ingest, profiles, quality, resolve
from cdp.pipeline.refusing import refuse_jump
from cdp.pipeline.resolve_steps import RESOLVE
from cdp.pipeline.resolving import resolve_settings
from cdp.pipeline.run import Run, StepReport, for_touched, when_changed
from cdp.pipeline.step import Step
from cdp.project import Project, Source, cleaning_fingerprint
from cdp.store.gate import figures_of
from cdp.store.jitter import jitter_of
from cdp.store.model_notes import note_models
from cdp.store.profiles_file import definitions
from cdp.store.publish import Delta, prune, publish
from cdp.store.revocations import read_words, take_back
from cdp.store.touched import Onward, Records, both


def build_steps(project: Project) -> tuple[Step, ...]:
    """The steps of a project, in an order in which each finds what it reads."""
    resolve_settings(project)  # what is wrong with them is told before any work is done
    return (
        *(_land_step(source) for source in project.sources),
        *(_clean_step(source) for source in project.sources),
        _fold_step(project),
        *RESOLVE,
        *_PROFILES,
        _publish_step(),
    )


def _references(project: Project) -> tuple[str, ...]:
    return tuple(
        f"reference.{source.name}" for source in project.sources if source.holds == "reference"
    )


def _land_step(source: Source) -> Step:
    return Step(
        name=f"land_{source.name}",
        stage="ingest",
        description=f"Files of {source.name}, landed verbatim as deliveries.",
        reads=(),
        writes=(f"raw.{source.name}",),
        call=partial(_land, source=source),
        source=source,
    )


def _clean_step(source: Source) -> Step:
    return Step(
        name=f"clean_{source.name}",
        stage="quality",
        description=f"Rows of {source.name}, mapped, normalised and judged.",
        reads=(f"raw.{source.name}",),
        writes=(f"clean.rows.{source.name}",),
        call=partial(_clean, source=source),
        source=source,
    )


def _fold_step(project: Project) -> Step:
    folded = ("clean.records", "clean.touchpoints", "clean.dispositions")
    return Step(
        name="fold",
        stage="quality",
        description="Rows folded into record versions, touchpoints and dispositions.",
        reads=tuple(f"clean.rows.{source.name}" for source in project.sources),
        writes=(*folded, *_references(project)),
        call=_fold,
    )


def _land(run: Run, *, source: Source) -> StepReport:
    # Before files are looked at: a file that only repeats what is taken back repeats nothing.
    changed = take_back(run.engine, source.name, read_words(run.project.root))
    landing = ingest.land_source(
        run.engine, run.project, source, as_of=run.as_of, run_id=run.run_id,
        is_full=run.is_full, on_rows=run.on_rows,
    )  # fmt: skip
    return StepReport(
        did_work=bool(landing.delivery_ids or changed),
        figures={
            "rows_read": landing.rows_read,
            "new_files": len(landing.delivery_ids),
            "unreadable_files": landing.unreadable_files,
            "revoked_or_restored": len(changed),
        },
    )


def _clean(run: Run, *, source: Source) -> StepReport:
    contract = "" if run.is_full else cleaning_fingerprint(run.project, source)
    waiting = run.ledger.waiting(source.name, contract)
    if not waiting:
        return StepReport(did_work=False)
    with run.engine.transaction():
        before = quality.spoken_of(run.engine, source, delivery_ids=waiting)
        ingest.map_rows(run.engine, source, delivery_ids=waiting)
        cleaning = quality.clean_source(
            run.engine, run.project, source, delivery_ids=waiting, as_of=run.as_of,
            run_id=run.run_id,
        )  # fmt: skip
        after = quality.spoken_of(run.engine, source, delivery_ids=waiting)
        run.touched.enter("fold", both(before, after))
    return StepReport(
        did_work=True, figures={"rows": cleaning.rows, "held_deliveries": len(cleaning.held)}
    )


@for_touched("clean.records", "clean.touchpoints")
def _fold(run: Run, touched: Records) -> Onward:
    folded = quality.fold_rows(run.engine, run.project, touched=touched)
    shown = both(folded.records, folded.touchpoints_of)
    spoken_of = both(touched, shown)
    return {
        "identify": folded.records, "customers": shown, "timeline": shown, "publish": spoken_of
    }  # fmt: skip


@for_touched("profile.customers")
def _customers(run: Run, records: Records) -> Onward:
    trust = {source.name: source.trust for source in run.project.sources}
    customers = None if records is None else profiles.customers_of(run.engine, records)
    profiles.build_customers(run.engine, trust=trust, customers=customers)
    return {"publish": None if customers is None else profiles.records_of(run.engine, customers)}


@for_touched("profile.timeline")
def _timeline(run: Run, records: Records) -> Onward:
    customers = None if records is None else profiles.customers_of(run.engine, records)
    profiles.build_timeline(run.engine, customers=customers)
    return {}


@when_changed("profile.computed_traits")
def _traits(run: Run) -> None:
    profiles.build_traits(run.engine, as_of=run.as_of)


def _publish(run: Run) -> StepReport:
    if not run.has_work:
        run.finish("unchanged")
        return StepReport(did_work=False)
    last = run.ledger.last_run(["published"])
    figures = figures_of(run.engine, last) | {"inputs": run.inputs}
    refuse_jump(run, last, figures)
    drift = resolve.drift_of(run.engine, run.version, settings=run.resolving)
    references = tuple(name.partition(".")[2] for name in _references(run.project))
    # Entered before the snapshot is written, since the snapshot shows the ledger too; a kill
    # between the two leaves a current link that names another run, and the next run repairs it.
    with run.engine.transaction():
        delta = _delta(run, definitions(references))
        run.finish("published", {**figures, **jitter_of(run.engine, last), **drift})
    rows = publish(
        run.engine, run.layout, run_id=run.run_id, as_of=run.as_of, references=references,
        delta=delta,
    )  # fmt: skip
    prune(run.layout, keep=run.project.keep_snapshots)
    note_models(run.engine, run.layout)
    return StepReport(did_work=True, figures=rows)


def _delta(run: Run, shape: str) -> Delta | None:
    """What was touched since the current snapshot; null when that is none to go on from.

    What is touched since a snapshot says nothing of another one, such as one rolled back to.
    """
    under = f"{run.made_under} {shape}"
    since = run.touched.waiting("publish", f"{under} {run.layout.current_run()}")
    run.touched.settle("publish", f"{under} {run.run_id}")
    return None if since is None else Delta(since, profiles.customers_of(run.engine, since))


_PROFILES = (
    Step(
        name="customers",
        stage="profiles",
        description="Golden records, and where every value came from.",
        reads=(
            "clean.records",
            "clean.touchpoints",
            "identity.identifiers",
            "identity.members",
            "identity.links",
            "identity.households",
        ),
        writes=("profile.customers", "profile.attribute_sources"),
        call=_customers,
    ),
    Step(
        name="timeline",
        stage="profiles",
        description="Touchpoints of every customer in the order of time.",
        reads=("clean.touchpoints", "identity.members"),
        writes=("profile.timeline",),
        call=_timeline,
    ),
    Step(
        name="traits",
        stage="profiles",
        description="Computed traits: recency, frequency, value, channel mix.",
        reads=("profile.timeline", "profile.customers"),
        writes=("profile.computed_traits",),
        call=_traits,
    ),
)


def _publish_step() -> Step:
    return Step(
        name="publish",
        stage="publish",
        description="One atomic swap of the snapshot that everybody reads.",
        reads=(
            *(table for step in (*RESOLVE, *_PROFILES) for table in step.writes),
            "clean.dispositions",
        ),
        writes=("published.snapshot",),
        call=_publish,
    )
