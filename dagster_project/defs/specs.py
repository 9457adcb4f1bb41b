"""What Dagster shows of a table before any run: meaning, columns, owner, what it is made with."""

import re

import dagster as dg

from cdp.pipeline import Step
from cdp.project import Project
from cdp.tables import Column, Contract, contract_of

SNAPSHOT = "published.snapshot"
"""The one asset that is no table: the folder of all published ones."""

_EMAIL = re.compile(r"[\w.%+-]+@[\w.-]+\.[A-Za-z]{2,7}", re.ASCII)
"""Dagster takes an owner for a person only if it looks like this, and for a team otherwise."""

_KINDS = {
    "ingest": {"python", "duckdb"},
    "quality": {"duckdb", "sql"},
    "resolve": {"duckdb", "python"},
    "profiles": {"duckdb", "sql"},
    "publish": {"duckdb", "parquet"},
}
_KINDS_OF_STEP = {"score": {"duckdb", "splink"}, "cluster": {"duckdb", "scipy"}}
_KINDS_OF_FORMAT = {
    "csv": "csv", "jsonl": "json", "json": "json", "parquet": "parquet", "chat": "text",
}  # fmt: skip


def key_of(table: str) -> dg.AssetKey:
    """The asset of a table, or of one source in it: ``clean.rows.web`` is ``clean/rows/web``."""
    return dg.AssetKey(table.split("."))


def stored_in(step: Step, table: str) -> str:
    """The table of the store that holds an asset's rows; cleaned sources share one."""
    is_cleaned_source = step.stage == "quality" and step.source is not None
    return "clean.rows" if is_cleaned_source else table


def asset_specs(step: Step, project: Project) -> list[dg.AssetSpec]:
    """One spec per table that the step writes."""
    return [_spec(step, project, table) for table in step.writes]


def _spec(step: Step, project: Project, table: str) -> dg.AssetSpec:
    stored = stored_in(step, table)
    contract = None if table == SNAPSHOT else contract_of(stored)
    return dg.AssetSpec(
        key_of(table),
        deps=[key_of(read) for read in step.reads],
        description=_description(step, contract),
        group_name=step.stage,
        owners=[_owner(step, project)],
        kinds=_kinds(step),
        tags=_tags(step, contract),
        metadata=_metadata(stored, contract) if contract else {},
    )


def _description(step: Step, contract: Contract | None) -> str:
    sentences = [step.description]
    if step.source and step.source.description:
        sentences.append(f"The source: {step.source.description}.")
    if contract:
        sentences.append(f"A row is {contract.grain}.")
    return "\n\n".join(sentences)


def _owner(step: Step, project: Project) -> str:
    stated = step.source.owner if step.source else None
    if stated is None:
        return f"team:{project.name}"
    return stated if _EMAIL.fullmatch(stated) else f"team:{stated}"


def _tags(step: Step, contract: Contract | None) -> dict[str, str]:
    """The source of an asset, and how personal its most personal column is."""
    source = {"source": step.source.name} if step.source else {}
    classes = {column.pii for column in contract.columns} if contract else {"identifier"}
    strictest = next((name for name in ("identifier", "personal") if name in classes), None)
    return source | ({"pii": strictest} if strictest else {})


def _kinds(step: Step) -> set[str]:
    if step.source is None:
        return _KINDS_OF_STEP.get(step.name, _KINDS[step.stage])
    if step.stage == "quality":
        return {"duckdb", "greatexpectations"}
    return _KINDS[step.stage] | {_KINDS_OF_FORMAT[step.source.format.type]}


def _metadata(stored: str, contract: Contract) -> dict[str, object]:
    return {
        "dagster/table_name": stored,
        "dagster/column_schema": dg.TableSchema(
            columns=[_column(column, contract) for column in contract.columns],
            constraints=dg.TableConstraints(other=[f"key: {', '.join(contract.key)}"]),
        ),
    }


def _column(column: Column, contract: Contract) -> dg.TableColumn:
    return dg.TableColumn(
        column.name,
        str(column.type),
        description=column.meaning,
        constraints=dg.TableColumnConstraints(
            nullable=column.nullable and column.name not in contract.key,
            unique=contract.key == (column.name,),
        ),
        tags={} if column.pii == "none" else {"pii": column.pii},
    )
