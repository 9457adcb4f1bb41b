"""What came in a delivery, column by column, beside what came before it.

Figures are made once, when a delivery is cleaned; a rule compares those of one delivery with
those of the accepted ones that its source delivered before it. So it hangs on the order of
delivery alone, and judging an old delivery again tells what it told when it was new.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from cdp.engine import Engine, load
from cdp.project import A_VALUE, LIKE_A_VALUE, Source
from cdp.quality.checks import RuleResult
from cdp.quality.drifting import Batch, Figures, judge_batch
from cdp.quality.rules import BATCH_RULES
from cdp.tables import CONTRACTS

MOST_ROWS = 20_000
"""So many rows of a delivery are looked at; a share is known to half a percent by far fewer."""

LEAST_ROWS = 10
"""A value that fewer rows state is not told apart from others like it."""

LAST = 15
"""So many deliveries tell what is usual: of daily ones two weeks, each day of the week twice."""

_SQL = Path(__file__).parent / "sql" / "batch_columns.sql"
_CHECKS, _COLUMNS = CONTRACTS["ops.checks"], CONTRACTS["ops.batch_columns"]
_JUDGED = frozenset(rule.name for rule in BATCH_RULES)


def note_batches(engine: Engine, source: Source, delivery_ids: Sequence[str]) -> None:
    """Make the figures of the deliveries that ``mapped.checked`` holds, in place of former ones."""
    engine.delete(_COLUMNS.name, "delivery_id", delivery_ids)
    engine.append(
        load(_SQL),
        inputs={"raw.source": f"raw.{source.name}"},
        values={
            "deliveries": ",".join(delivery_ids),
            "source": source.name,
            "canonical": ",".join(canonical_columns(source)),
            "attributes": ",".join(sorted(source.attributes)),
            "most_rows": MOST_ROWS,
            "least_rows": LEAST_ROWS,
            "a_value": A_VALUE,
            "like_a_value": LIKE_A_VALUE,
        },
    )


def canonical_columns(source: Source) -> list[str]:
    """Columns of ``mapped.checked`` that a contract fills, as far as figures are made of them."""
    several = {"email": "emails", "phone": "phones", "device": "devices", "handle": "handles"}
    stated = {
        "record_key": source.record_key, "touchpoint_key": source.touchpoint_key,
        "ref_key": source.person_ref, "observed_at": source.observed_at,
        "occurred_at": source.occurred_at, "channel": source.channel,
        "event_type": source.event_type, "amount": source.amount, "currency": source.currency,
        "score": source.score, "campaign": source.campaign,
    }  # fmt: skip
    fields = {several.get(field, field) for field in source.person}
    consents = {f"{channel}_consent" for channel in source.consent}
    return sorted({*(n for n, v in stated.items() if v is not None), *consents, *fields & _PERSON})


_PERSON = frozenset([
    "emails", "phones", "devices", "handles", "given_name", "surname", "birth_date", "sex",
    "street", "city", "region", "postcode", "country", "company", "job_title", "language",
])  # fmt: skip


def check_batches(
    engine: Engine, source: Source, delivery_ids: Sequence[str], *, without: Collection[str]
) -> list[RuleResult]:
    """Judge deliveries by what came before them; the results, in the order of delivery.

    Args:
        engine: Holds the figures of these deliveries and of those before.
        source: Their source.
        delivery_ids: Deliveries that are being cleaned.
        without: Those of them that are held or revoked: they are no measure for others.
    """
    if source.drift == "none" and source.expect_rows is None:
        return []
    order = _in_order(engine, source)
    batches = _read(engine, order, _needed(order, delivery_ids))
    accepted = {row["delivery_id"] for row in order if row["status"] == "accepted"}
    accepted = (accepted - {*delivery_ids}) | ({*delivery_ids} - {*without})
    results = []
    for place, row in enumerate(order):
        # What a former release has cleaned has no figures.
        if row["delivery_id"] not in delivery_ids or row["delivery_id"] not in batches:
            continue
        before = [r["delivery_id"] for r in order[:place] if r["delivery_id"] in accepted]
        earlier = [batches[one] for one in before[-LAST:] if one in batches]
        found = judge_batch(batches[row["delivery_id"]], earlier, source)
        if any(r.rule.severity == "critical" and not r.passed for r in found):
            accepted.discard(row["delivery_id"])
        results += found
    return results


def recheck_later(engine: Engine, source: Source, delivery_ids: Sequence[str]) -> None:
    """Judge anew the deliveries that came after some: what is usual has changed for them.

    Their verdict stands: what counts already is not taken back by a file that came late.
    """
    order = _in_order(engine, source)
    places = [place for place, row in enumerate(order) if row["delivery_id"] in delivery_ids]
    later = [
        row["delivery_id"]
        for row in order[min(places, default=len(order)) :]
        if row["delivery_id"] not in delivery_ids and row["status"] in ("accepted", "held")
    ]
    if not later:
        return
    was = engine.rows_of(_CHECKS.name, "delivery_id", pl.Series(later, dtype=pl.String))
    known = was.select("delivery_id", "run_id").unique()
    held = {row["delivery_id"] for row in order if row["status"] == "held"}
    found = check_frame(check_batches(engine, source, later, without=held), source, "")
    fresh = found.drop("run_id").join(known, on="delivery_id").select(was.columns)
    kept = was.filter(~pl.col("rule").is_in(_JUDGED))
    engine.renew_frame(
        _CHECKS,
        pl.concat([kept, fresh.cast(pl.Schema(was.schema))]),
        keys=pl.Series(later, dtype=pl.String),
        columns=["delivery_id"],
    )


def check_frame(results: Sequence[RuleResult], source: Source, run_id: str) -> pl.DataFrame:
    """Results as rows of ``ops.checks``."""
    rows = [
        {
            "delivery_id": r.delivery_id,
            "source": source.name,
            "rule": r.rule.name,
            "expectation": r.rule.expectation,
            "column": r.rule.column,
            "severity": r.rule.severity,
            "passed": r.passed,
            "rows_checked": r.rows_checked,
            "rows_failed": r.rows_failed,
            "tolerated_share": r.rule.tolerated_share,
            "sample_rows": r.sample,
            "message": r.message,
            "run_id": run_id,
        }
        for r in results
    ]
    return pl.DataFrame(rows, schema=pl.Schema(_CHECKS.schema))


def _in_order(engine: Engine, source: Source) -> list[dict[str, Any]]:
    """Deliveries whose rows were read, in the order in which their source delivered them.

    Those that mend others are no batches, and have no figures.
    """
    return engine.query(
        "select delivery_id, status, header, rows_read from ops.deliveries "
        "where source = $source and status in ('landed', 'accepted', 'held', 'revoked') "
        "and mends is null "
        "order by delivered_at, delivery_id",
        {"source": source.name},
    ).to_dicts()


def _needed(order: Sequence[dict[str, Any]], judged: Sequence[str]) -> list[str]:
    """The judged deliveries, and enough before them; later ones are not looked at."""
    places = [place for place, row in enumerate(order) if row["delivery_id"] in judged]
    first, last = min(places, default=0), max(places, default=-1)
    before = [n for n in range(first) if order[n]["status"] == "accepted"][-LAST:]
    return [order[n]["delivery_id"] for n in (*before, *range(first, last + 1))]


def _read(
    engine: Engine, order: Sequence[dict[str, Any]], wanted: Sequence[str]
) -> dict[str, Batch]:
    """Delivery -> its figures. One that a former release cleaned has none, and is left out."""
    rows = engine.rows_of(_COLUMNS.name, "delivery_id", pl.Series(wanted, dtype=pl.String))
    columns: dict[str, dict[tuple[str, str], Figures]] = {}
    for row in rows.iter_rows(named=True):
        shares = json.loads(row["shares"]) if row["shares"] else None
        figures = Figures(row["rows"], row["stated"], row["kind"], row["kind_share"], shares)
        columns.setdefault(row["delivery_id"], {})[row["place"], row["column"]] = figures
    ledger = {str(row["delivery_id"]): row for row in order}
    return {
        one: Batch(one, ledger[one]["rows_read"], ledger[one]["header"] is not None, columns[one])
        for one in wanted
        if one in columns
    }
