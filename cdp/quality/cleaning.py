"""Clean the mapped rows of one source: parse, normalise, judge, quarantine, hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from cdp.engine import Engine, load
from cdp.errors import DeliveryHeldError
from cdp.project import Project, Source, cleaning_fingerprint
from cdp.quality.batches import check_batches, check_frame, note_batches, recheck_later
from cdp.quality.checks import RuleResult, check_rows
from cdp.quality.functions import FUNCTIONS
from cdp.quality.header import check_headers
from cdp.quality.lines import check_lines
from cdp.quality.rules import rules_for
from cdp.store.ledger import Ledger
from cdp.tables import CONTRACTS

_SQL = Path(__file__).parent / "sql"
_QUARANTINE = CONTRACTS["clean.quarantine"]
_CHECKS, _FAILURES = CONTRACTS["ops.checks"], CONTRACTS["mapped.failures"]


@dataclass(frozen=True)
class Cleaning:
    """What cleaning some deliveries of a source found."""

    source: str
    rows: int
    results: tuple[RuleResult, ...]
    held: tuple[str, ...]


def clean_source(
    engine: Engine,
    project: Project,
    source: Source,
    *,
    delivery_ids: Sequence[str],
    as_of: datetime,
    run_id: str,
) -> Cleaning:
    """Clean the deliveries that ``mapped.rows`` holds, all or nothing.

    Their former rows, quarantine and check results are replaced, so cleaning again under a
    mended contract is a replay. All rows of a revoked delivery are held.

    Raises:
        DeliveryHeldError: A delivery is to be held and the project says ``on_critical: stop``.
    """
    with engine.frugal():
        return _cleaned(engine, project, source, delivery_ids, as_of, run_id)


def _cleaned(
    engine: Engine,
    project: Project,
    source: Source,
    delivery_ids: Sequence[str],
    as_of: datetime,
    run_id: str,
) -> Cleaning:
    for table in ("clean.rows", "clean.quarantine", "ops.checks", "ops.batch_columns"):
        engine.ensure(CONTRACTS[table])
    parse_rows(engine, project, source, as_of=as_of)
    share = source.max_rejected_share
    tolerated = project.quality.max_rejected_share if share is None else share
    rules = rules_for(source, tolerated_share=tolerated, as_of=as_of)
    results = check_rows(engine, rules, source.attributes)
    results += [*check_headers(engine, source, delivery_ids), *check_lines(engine, source)]
    # What is taken back is judged by nobody: it holds up no run and rejects no row.
    revoked = Ledger(engine).revoked(delivery_ids)
    results = [result for result in results if result.delivery_id not in revoked]
    # A few rows that somebody mended are no batch: what is still bad among them holds up nothing.
    mending = _mending(engine, source)
    batches = [delivery for delivery in delivery_ids if delivery not in mending]
    with engine.transaction():
        note_batches(engine, source, batches)
        judged = [delivery for delivery in batches if delivery not in revoked]
        results += check_batches(engine, source, judged, without=_broken(results))
        held = [delivery for delivery in _broken(results) if delivery not in mending]
        if held and project.quality.on_critical == "stop":
            raise _stopped(source, results, held)
        contract = cleaning_fingerprint(project, source)
        rows = _settle(engine, source, delivery_ids, results, held, revoked, run_id, contract)
        recheck_later(engine, source, batches)
    return Cleaning(source.name, rows, tuple(results), tuple(held))


def _broken(results: Sequence[RuleResult]) -> list[str]:
    """Deliveries that break a critical rule, sorted."""
    return sorted(
        {r.delivery_id for r in results if r.rule.severity == "critical" and not r.passed}
    )


def _stopped(
    source: Source, results: Sequence[RuleResult], held: Sequence[str]
) -> DeliveryHeldError:
    return DeliveryHeldError(
        what=f"{len(held)} deliveries break a critical rule: "
        + "; ".join(r.message for r in results if r.delivery_id in held and not r.passed),
        where=f"source {source.name}",
        how_many=len(held),
        next_step="mend the files or the contract, or set `quality.on_critical: hold`",
    )


def parse_rows(engine: Engine, project: Project, source: Source, *, as_of: datetime) -> None:
    """Fill ``mapped.persons`` and ``mapped.checked``: rows of ``mapped.rows``, parsed."""
    for function in FUNCTIONS:
        engine.register(function)
    engine.replace(
        load(_SQL / "persons.sql"),
        values={
            "default_region": source.default_region or project.default_region,
            "birth_date_order": source.birth_date_order,
            "as_of": as_of.date(),
        },
    )
    observed, occurred = source.observed_at, source.occurred_at
    engine.replace(
        load(_SQL / "checked.sql"),
        values={
            "observed_timezone": (observed and observed.timezone) or project.timezone,
            "observed_format": observed.format if observed else "auto",
            "occurred_timezone": (occurred and occurred.timezone) or project.timezone,
            "occurred_format": occurred.format if occurred else "auto",
            "amount_unit": source.amount.unit if source.amount else "major",
        },
    )


def _settle(
    engine: Engine,
    source: Source,
    delivery_ids: Sequence[str],
    results: Sequence[RuleResult],
    held: Sequence[str],
    revoked: Sequence[str],
    run_id: str,
    contract: str,
) -> int:
    engine.store_frame(_FAILURES, _failures(results), append=False)
    for table in ("clean.rows", "ops.checks"):
        engine.delete(table, "delivery_id", delivery_ids)
    rows = engine.append(
        load(_SQL / "rows.sql"),
        values={"held": ",".join(held), "revoked": ",".join(revoked), "holds": source.holds},
        keys=delivery_ids,
    )
    replayed = _replayed(engine, source, delivery_ids)
    engine.delete("clean.quarantine", "delivery_id", delivery_ids)
    engine.store_frame(_QUARANTINE, replayed, append=True)
    engine.append(load(_SQL / "quarantine.sql"), inputs={"raw.source": f"raw.{source.name}"})
    engine.store_frame(_CHECKS, check_frame(results, source, run_id), append=True)
    broken = {delivery: _held_reason(results, delivery) for delivery in held}
    Ledger(engine).judge(delivery_ids, held=broken, contract=contract)
    return rows


def _mending(engine: Engine, source: Source) -> set[str]:
    """Deliveries that mend rows of others."""
    found = engine.query(
        "select delivery_id from ops.deliveries where source = $source and mends is not null",
        {"source": source.name},
    )
    return set(found["delivery_id"])


def _replayed(engine: Engine, source: Source, delivery_ids: Sequence[str]) -> pl.DataFrame:
    """What quarantine says of rows that were rejected before and are not any more."""
    return engine.query(
        f"""
        select q.* replace ('replayed' as replay_state)
        from clean.quarantine as q
        join clean.rows as r on q.delivery_id = r.delivery_id and q.source_row = r.source_row
        join raw.{source.name} as w on q.delivery_id = w.delivery_id and q.source_row = w.source_row
        -- A file that is read in another format may have another row at that line.
        where r.verdict in ('accepted', 'set_aside') and q.raw = w.raw
            and list_contains(string_split($deliveries, ','), q.delivery_id)
        """,
        {"deliveries": ",".join(delivery_ids)},
    ).select(_QUARANTINE.column_names)


def _held_reason(results: Sequence[RuleResult], delivery_id: str) -> str:
    broken = [
        f"{r.rule.name}: {r.message}"
        for r in results
        if r.delivery_id == delivery_id and r.rule.severity == "critical" and not r.passed
    ]
    return "; ".join(broken)


def _failures(results: Sequence[RuleResult]) -> pl.DataFrame:
    rows = [
        (r.delivery_id, row, r.rule.name, r.rule.severity, r.rule.reason)
        for r in results
        for row in r.failed_rows
    ]
    return pl.DataFrame(rows, schema=pl.Schema(_FAILURES.schema), orient="row")
