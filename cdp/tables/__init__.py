"""One contract per table: grain, key, and the meaning, type and PII class of every column."""

from __future__ import annotations

from cdp.tables import clean, identity, mapped, model, ops, profile, published
from cdp.tables.contract import Column, Contract
from cdp.tables.raw import raw_rows, reference_rows
from cdp.tables.subject import SUBJECT

CONTRACTS: dict[str, Contract] = {
    contract.name: contract
    for contract in (
        mapped.ROWS,
        mapped.PERSONS,
        mapped.CHECKED,
        mapped.FAILURES,
        clean.ROWS,
        clean.RECORDS,
        clean.TOUCHPOINTS,
        clean.CORRECTIONS,
        clean.DISPOSITIONS,
        clean.QUARANTINE,
        identity.MATCHED_RECORDS,
        identity.IDENTIFIERS,
        identity.ATTRIBUTES,
        identity.HOLDERS,
        identity.BLOCK_KEYS,
        identity.OUTGROWN_BLOCKS,
        identity.WEIGHED_PAIRS,
        identity.DECLARED_PAIRS,
        identity.MODEL_LEVELS,
        identity.MODEL_SOURCES,
        identity.SCORED_PAIRS,
        identity.HOUSEHOLD_PAIRS,
        identity.RULINGS,
        identity.LINKS,
        identity.CLUSTERS,
        identity.MEMBERS,
        identity.CHANGES,
        identity.HOUSEHOLDS,
        profile.CLAIMS,
        profile.CUSTOMERS,
        profile.ATTRIBUTE_SOURCES,
        profile.TIMELINE,
        profile.COMPUTED_TRAITS,
        ops.DELIVERIES,
        ops.RUNS,
        ops.CHECKS,
        ops.BATCH_COLUMNS,
        ops.TOUCHED,
        ops.STEPS,
        model.MODELS,
        *model.VERSIONED,
        *published.PUBLISHED,
    )
}
"""Every table of fixed shape; ``raw.<source>`` and ``reference.<source>`` are made per source."""


def contract_of(table: str) -> Contract:
    """The contract of a table by its full name.

    >>> contract_of("raw.web").key
    ('delivery_id', 'source_row')
    """
    schema, _, name = table.partition(".")
    if schema == "raw":
        return raw_rows(name)
    if schema == "reference":
        return reference_rows(name)
    return CONTRACTS[table]


__all__ = [
    "CONTRACTS",
    "SUBJECT",
    "Column",
    "Contract",
    "contract_of",
    "raw_rows",
    "reference_rows",
]
