"""The snapshot that everybody but the run itself reads: plain names, one file."""

from __future__ import annotations

from dataclasses import replace

from cdp.tables import clean, identity, ops, profile
from cdp.tables.contract import INTEGER, NUMBER, TEXT, Column, Contract, key_column


def _named(contract: Contract, name: str) -> Contract:
    return replace(contract, name=f"published.{name}")


SOURCE_RECORDS = Contract(
    name="published.source_records",
    grain="one row of a delivery: what became of it and whose it is",
    key=("delivery_id", "source_row"),
    columns=(
        *clean.DISPOSITIONS.columns,
        Column("customer_id", TEXT, "its customer today; null with the reason beside it"),
    ),
)

LINKS = Contract(
    name="published.links",
    grain="one pair of records and what was decided about it",
    key=("record_l", "record_r"),
    columns=(
        *identity.LINKS.columns,
        key_column("source_l", TEXT, "source of record_l"),
        key_column("source_record_id_l", TEXT, "its key there", "identifier"),
        key_column("source_r", TEXT, "source of record_r"),
        key_column("source_record_id_r", TEXT, "its key there", "identifier"),
        Column("customer_id_l", TEXT, "customer of record_l"),
        Column("customer_id_r", TEXT, "customer of record_r"),
    ),
)

RULINGS = Contract(
    name="published.rulings",
    grain="one pair of current records that a steward ruled on, the ruling that the run read",
    key=("record_l", "record_r"),
    columns=(
        *identity.RULINGS.columns,
        key_column("source_l", TEXT, "source of record_l"),
        key_column("source_record_id_l", TEXT, "its key there", "identifier"),
        key_column("source_r", TEXT, "source of record_r"),
        key_column("source_record_id_r", TEXT, "its key there", "identifier"),
    ),
)

QUARANTINE = _named(clean.QUARANTINE, "quarantine")

QUARANTINE_SUMMARY = Contract(
    name="published.quarantine_summary",
    grain="one rule broken in one delivery for one reason",
    key=("delivery_id", "rule", "reason"),
    columns=(
        key_column("delivery_id", TEXT, "the delivery"),
        key_column("source", TEXT, "the source"),
        key_column("source_file", TEXT, "path of its file inside the project"),
        key_column("rule", TEXT, "the rule's name"),
        key_column("reason", TEXT, "what is wrong, in words"),
        key_column("row_count", INTEGER, "rows rejected by it for this reason, still open"),
        key_column("share", NUMBER, "of the delivery's rows, 0 to 1"),
        key_column("first_source_row", INTEGER, "first line of the file that broke it"),
    ),
)

PUBLISHED = (
    _named(profile.CUSTOMERS, "customers"),
    _named(profile.TIMELINE, "timeline"),
    _named(profile.COMPUTED_TRAITS, "computed_traits"),
    _named(profile.ATTRIBUTE_SOURCES, "attribute_sources"),
    SOURCE_RECORDS,
    _named(clean.RECORDS, "records"),
    _named(identity.IDENTIFIERS, "identifiers"),
    _named(identity.MEMBERS, "members"),
    _named(identity.CHANGES, "customer_changes"),
    LINKS,
    RULINGS,
    _named(identity.MODEL_LEVELS, "model_levels"),
    _named(identity.MODEL_SOURCES, "model_sources"),
    QUARANTINE,
    QUARANTINE_SUMMARY,
    _named(ops.DELIVERIES, "deliveries"),
    _named(ops.RUNS, "runs"),
    _named(ops.CHECKS, "checks"),
    _named(ops.BATCH_COLUMNS, "batch_columns"),
)

EVIDENCE = frozenset(("records", "identifiers", "members", "model_levels", "model_sources"))
"""What `cdp show`, `why` and the exports read: in the DuckDB file, and not in Parquet beside it."""
