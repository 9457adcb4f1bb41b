"""What Dagster shows of a table after a run: counts, never a cell."""

import json
import os
from typing import Any

import dagster as dg
import polars as pl
from sqlglot import exp

from cdp.pipeline import Run, Step, StepReport
from cdp.resolve import drift_notices
from cdp.store.jitter import jitter_notice
from dagster_project.defs.specs import SNAPSHOT, stored_in

Figures = dict[str, dg.MetadataValue[Any]]


def figures_of(run: Run, step: Step, table: str, report: StepReport) -> Figures:
    """Rows of the table, what the step did, and under which id the ledger knows the run."""
    figures: Figures = {
        "run": dg.TextMetadataValue(run.run_id),
        "changed": dg.BoolMetadataValue(report.did_work),
    }
    if table == SNAPSHOT:
        return figures | _snapshot(run)
    figures["dagster/row_count"] = dg.IntMetadataValue(_rows(run, step, table))
    figures |= {name: dg.IntMetadataValue(value) for name, value in report.figures.items()}
    if table == "clean.dispositions":
        figures["account"] = table_of(run.ledger.account())
    return figures


def table_of(frame: pl.DataFrame) -> dg.TableMetadataValue:
    """A frame of counts as a table in Dagster; every cell a plain value."""
    kinds = {name: _TYPES.get(kind, "string") for name, kind in frame.schema.items()}
    return dg.TableMetadataValue(
        records=[dg.TableRecord(row) for row in frame.to_dicts()],
        schema=dg.TableSchema([dg.TableColumn(name, kind) for name, kind in kinds.items()]),
    )


_TYPES = {pl.Int64(): "int", pl.Float64(): "float", pl.Boolean(): "bool"}


def _rows(run: Run, step: Step, table: str) -> int:
    stored = stored_in(step, table)
    if not run.engine.exists(stored):
        return 0
    counted = exp.select("count(*) as row_count").from_(exp.to_table(stored))
    if step.source and stored != table:
        counted = counted.where(exp.column("source").eq(step.source.name))
    return int(run.engine.query(counted.sql(dialect="duckdb", identify=True))["row_count"][0])


def _snapshot(run: Run) -> Figures:
    """Rows by published table, of the snapshot that readers have now, and how calm its run was."""
    manifest = json.loads((run.layout.current / "manifest.json").read_text(encoding="utf-8"))
    rows = manifest["rows"]
    return {
        "dagster/row_count": dg.IntMetadataValue(rows["customers"]),
        "folder": dg.TextMetadataValue(os.path.relpath(run.layout.current, run.project.root)),
        "tables": table_of(pl.DataFrame({"table": list(rows), "rows": list(rows.values())})),
        **_stability(run, manifest["run_id"]),
    }


def _stability(run: Run, run_id: str) -> Figures:
    """Jitter and drift of a run, what there is of them, and what of it wants a look."""
    entry = run.engine.query("select * from ops.runs where run_id = $id", {"id": run_id})
    told = entry.row(0, named=True) if entry.height else {}
    figures: Figures = {}
    if told.get("jitter") is not None:
        figures["jitter"] = dg.FloatMetadataValue(told["jitter"])
        figures["moved_records"] = dg.IntMetadataValue(told["moved_records"])
    if told.get("model_drift") is not None:
        figures["model_drift"] = dg.JsonMetadataValue(json.loads(told["model_drift"]))
    lines = [*filter(None, [jitter_notice(told)]), *drift_notices(told)]
    return figures | ({"wants_a_look": dg.TextMetadataValue("\n".join(lines))} if lines else {})
