"""Versions of the model: which one a run uses, how one is trained, kept and put in force.

A version is trained once and then kept: it holds all that hangs on the amount of records, so that
a record scored today is scored as it would have been at the training. A store below some thousand
records has no version to keep: each run trains anew, starting from the shipped shares.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from cdp.engine import Engine
from cdp.resolve.attributes import comparisons_of
from cdp.resolve.comparison import Comparison
from cdp.resolve.model import Model, Shares
from cdp.resolve.settings import ResolveSettings
from cdp.tables import CONTRACTS
from cdp.tables.model import LEVELS, MODELS, SOURCES, VERSIONED

_TRAINED_WITH = (
    "compare", "allow", "limits", "max_names_per_identifier",
    "max_nameless_records_per_identifier", "max_block_size", "max_pairs_per_record",
)  # fmt: skip
"""Settings that a training reads: with others, another version is needed."""


@dataclass(frozen=True)
class Version:
    """A version of the model as a run uses it."""

    model_id: str
    is_training: bool


def version_in_use(engine: Engine, *, settings: ResolveSettings) -> Version:
    """The promoted version, if it is kept and fits the settings; else one to be trained now.

    A training that a kill cut short goes on under its id.
    """
    engine.ensure(MODELS)
    known = engine.query("select * from ops.models order by model_id")
    kept = known.filter(pl.col("is_kept"))
    in_force = kept.filter(
        (pl.col("status") == "promoted") & (pl.col("compared") == fingerprint(settings))
    )
    if in_force.height:
        return Version(str(in_force["model_id"][0]), is_training=False)
    numbers = [int(model_id.removeprefix("m_")) for model_id in kept["model_id"]]
    return Version(f"m_{max(numbers, default=0) + 1:04}", is_training=True)


def kept_model(engine: Engine) -> str:
    """The id of the version in force, empty where none is kept: results hang on it."""
    engine.ensure(MODELS)
    kept = engine.query("select model_id from ops.models where is_kept and status = 'promoted'")
    return "".join(kept["model_id"])


def begin_training(
    engine: Engine, version: Version, *, settings: ResolveSettings, as_of: datetime
) -> None:
    """Enter a version as in training; those that nobody keeps are forgotten."""
    for contract in (MODELS, *VERSIONED):
        engine.ensure(contract)
    passing = engine.query("select model_id from ops.models where not is_kept")["model_id"]
    for contract in (MODELS, *VERSIONED):
        engine.delete(contract.name, "model_id", [*passing, version.model_id])
    entry = dict.fromkeys(MODELS.column_names) | {
        "model_id": version.model_id, "status": "training", "is_kept": False, "trained_at": as_of,
        "compared": fingerprint(settings), "settings": settings.model_dump_json(),
    }  # fmt: skip
    rows = pl.DataFrame([entry], schema=pl.Schema(MODELS.schema))
    engine.store_frame(MODELS, rows, append=True)


def fingerprint(settings: ResolveSettings) -> str:
    """Sha256 of all that a version must fit: comparisons, and settings that a training reads."""
    meaning = {
        "comparisons": [repr(comparison) for comparison in comparisons_of(settings.compare)],
        "settings": settings.model_dump(mode="json", include=set(_TRAINED_WITH)),
    }
    text = json.dumps(meaning, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def keep_model(
    engine: Engine, version: Version, model: Model, comparisons: Sequence[Comparison]
) -> None:
    """Store what was learned; the version stays in training until `finish`."""
    for contract, rows in ((LEVELS, model.levels(comparisons)), (SOURCES, model.by_sources())):
        told = rows.with_columns(model_id=pl.lit(version.model_id)).select(contract.column_names)
        engine.delete(contract.name, "model_id", [version.model_id])
        engine.store_frame(contract, told, append=True)


def finish(engine: Engine, version: Version, model: Model, *, kept_from: int) -> None:
    """Put a trained version in force; the one before becomes a former one."""
    seen = engine.query(
        "select count(*) as records, min(observed_at) as first_at, max(observed_at) as last_at"
        " from clean.records where is_current"
    ).row(0, named=True)
    is_it = pl.col("model_id") == version.model_id
    learned = {
        "is_kept": seen["records"] >= kept_from,
        "records": seen["records"],
        "first_observed_at": seen["first_at"],
        "last_observed_at": seen["last_at"],
        "match_share": model.match_total,
        "household_share": model.household_total,
    }
    known = engine.query("select * from ops.models")
    entries = known.with_columns(
        pl.when(is_it).then(pl.lit(value, known.schema[name])).otherwise(name).alias(name)
        for name, value in learned.items()
    )
    engine.store_frame(MODELS, entries, append=False)
    promote(engine, version.model_id, as_of=entries.filter(is_it)["trained_at"][0])


def promote(engine: Engine, model_id: str, *, as_of: datetime) -> None:
    """Put a version in force."""
    is_it = pl.col("model_id") == model_id
    is_in_force = pl.col("status") == "promoted"
    known = engine.query("select * from ops.models")
    entries = known.with_columns(
        status=pl.when(is_it).then(pl.lit("promoted"))
        .when(is_in_force).then(pl.lit("former"))
        .otherwise("status"),
        promoted_at=pl.when(is_it).then(pl.lit(as_of, known.schema["promoted_at"]))
        .otherwise("promoted_at"),
    )  # fmt: skip
    engine.store_frame(MODELS, entries.sort("model_id"), append=False)


def read_model(engine: Engine, model_id: str, comparisons: Sequence[Comparison]) -> Model:
    """The model of a version, as it was when it was trained."""
    levels = engine.query(
        "select * from model.levels where model_id = $model_id order by comparison, level_number",
        {"model_id": model_id},
    )
    sources = engine.query(
        "select * from model.sources where model_id = $model_id order by sources",
        {"model_id": model_id},
    )
    entry = engine.query(
        "select * from ops.models where model_id = $model_id", {"model_id": model_id}
    ).row(0, named=True)
    by_name = {str(name): rows for (name,), rows in levels.group_by("comparison")}

    def shares(kind: str) -> Shares:
        return {c.name: by_name[c.name].sort("level_number")[kind].to_numpy() for c in comparisons}

    own = sources.filter(pl.col("records").is_not_null()).select("sources", "records")
    return Model(
        match=shares("match_share"),
        random=shares("random_share"),
        household=shares("household_share"),
        sources=tuple(sources["sources"]),
        match_share=sources["match_share"].to_numpy(),
        household_share=sources["household_share"].to_numpy(),
        match_total=float(entry["match_share"]),
        household_total=float(entry["household_share"]),
        records={
            str(s).split(" + ")[0]: int(n) for s, n in own.select("sources", "records").iter_rows()
        },
    )


def show_model(engine: Engine, version: Version) -> None:
    """``identity.model_levels`` and ``model_sources``: the version in use, for those who ask."""
    for name in ("levels", "sources"):
        contract = CONTRACTS[f"identity.model_{name}"]
        rows = engine.query(
            f"select * from model.{name} where model_id = $model_id", {"model_id": version.model_id}
        )
        shown = rows.select(contract.column_names).sort(contract.key)
        engine.store_frame(contract, shown, append=False)
