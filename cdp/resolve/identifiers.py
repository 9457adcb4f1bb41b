"""Current records as matching reads them, and the identifiers that point to a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from cdp.engine import Engine, Scalar, load
from cdp.resolve.attribute_values import MATCHING_ATTRIBUTE
from cdp.resolve.attributes import identifiers_of, listed
from cdp.resolve.folding import FUNCTIONS, mailbox
from cdp.resolve.holders import PEOPLE_NAMED
from cdp.resolve.settings import ResolveSettings
from cdp.resolve.versions import Version
from cdp.store.touched import Records
from cdp.tables.model import VERSIONED

_SQL = Path(__file__).parent / "sql"


def build_identifiers(
    engine: Engine,
    *,
    settings: ResolveSettings,
    version: Version,
    records: Records = None,
) -> Records:
    """Make ``identity.identifiers``, ``records``, ``attributes`` and ``holders``.

    Identifiers that too many people held when the model was trained are generic: they stay in
    ``identity.identifiers``, with the reason, but matching does not see them. Values that the
    project blocks are generic, those that it allows never are; both lists are given normalised,
    as records are.

    Args:
        engine: Holds ``clean.records``.
        settings: The project's.
        version: The model in use; one in training learns generic values and names here.
        records: Those to be looked at again; null for all.

    Returns:
        Records that matching sees otherwise than before: what they state themselves, or how many
        people hold what they hold. Null where all were looked at.
    """
    for function in (*FUNCTIONS, MATCHING_ATTRIBUTE, PEOPLE_NAMED):
        engine.register(function)
    for contract in VERSIONED:
        engine.ensure(contract)
    before = _seen(engine, records)
    _make(engine, settings, version, records)
    if version.is_training:
        _learn(engine, settings, version)
    if records is None:
        engine.replace(load(_SQL / "holders.sql"))
        return None
    changed, values = _compared(before, _seen(engine, records))
    holders = engine.rows_of("identity.holders", "value", values)
    engine.renew(
        load(_SQL / "holders.sql"), keys=values, column="value",
        narrowed={"identity.identifiers": "value"},
    )  # fmt: skip
    moved = _differing(holders, engine.rows_of("identity.holders", "value", values))
    sharing = engine.rows_of("identity.identifiers", "value", moved["value"]).join(
        moved, on=["kind", "value"], how="semi"
    )
    return pl.concat([changed, sharing["record_id"]]).unique().sort()


_MADE = ("identity.identifiers", "identity.records", "identity.attributes")


def _make(engine: Engine, settings: ResolveSettings, version: Version, records: Records) -> None:
    lists: dict[str, Scalar] = {
        "allowed": _listed(settings.allow),
        "blocked": _listed(settings.block),
        "identifying": "\n".join(identifiers_of(settings.compare)),
        "model_id": version.model_id,
    }
    clean, narrowed = {"clean.records": "record_id"}, {"identity.identifiers": "record_id"}
    for name, tables, values in (
        ("identifiers", clean, lists),
        ("records", clean | narrowed, {}),
        ("attributes", clean | narrowed, {"compared": listed(settings.compare)}),
    ):
        engine.renew(
            load(_SQL / f"{name}.sql"), keys=records, column="record_id", narrowed=tables,
            values=values,
        )  # fmt: skip


def _learn(engine: Engine, settings: ResolveSettings, version: Version) -> None:
    """What a model in training learns from all records: generic values, then names."""
    limits: dict[str, Scalar] = {
        "max_names": "\n".join(f"{kind}:{most}" for kind, most in settings.max_names.items()),
        "max_nameless": settings.max_nameless_records_per_identifier,
        "model_id": version.model_id,
    }
    for table in ("model.generic_values", "model.names"):
        engine.delete(table, "model_id", [version.model_id])
    if engine.append(load(_SQL / "generic_values.sql"), values=limits):
        _make(engine, settings, version, None)
    engine.append(load(_SQL / "names.sql"), values={"model_id": version.model_id})


def _seen(engine: Engine, records: Records) -> list[pl.DataFrame]:
    """What matching sees of some records; of all, nothing is asked."""
    if records is None:
        return []
    return [engine.rows_of(table, "record_id", records) for table in _MADE]


def _compared(
    before: Sequence[pl.DataFrame], after: Sequence[pl.DataFrame]
) -> tuple[pl.Series, pl.Series]:
    """Records that are seen otherwise than before, and all values that they point by or did."""
    changed = pl.concat(
        [_differing(b, a)["record_id"] for b, a in zip(before, after, strict=True)]
    ).unique()
    pointing = pl.concat([before[0], after[0]]).filter(
        pl.col("record_id").is_in(changed.implode()) & ~pl.col("is_generic")
    )
    return changed, pointing["value"].unique()


def _differing(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Rows that only one of two tables has."""
    sides = [(before, after), (after, before)]
    return pl.concat(
        [one.join(other, on=one.columns, how="anti", nulls_equal=True) for one, other in sides]
    )


def _listed(lists: Mapping[str, Sequence[str]]) -> str:
    """One `kind:value` a line, emails as the mailboxes that they are delivered to."""
    lines = [
        f"{kind}:{(mailbox(value) or value) if kind == 'email' else value}"
        for kind, values in lists.items()
        for value in values
    ]
    return "\n".join(lines)
