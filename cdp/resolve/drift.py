"""Drift: what the records have become since the model that weighs them was trained.

Counts are noted at a training and kept with its version; each run under a kept version counts
again, in a few set-based queries, and tells what has moved past its threshold. It compares all
records of today, not those of the run: it is all of them that another training would learn from,
and a file of one source never looks like the whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from cdp.engine import Engine, Scalar, load
from cdp.resolve.attributes import comparisons_of
from cdp.resolve.blocking import OUTGROWN
from cdp.resolve.blocking_rules import rules_of
from cdp.resolve.settings import ResolveSettings
from cdp.resolve.versions import Version
from cdp.store.stability import MIN_INDEX, stability_index
from cdp.tables import CONTRACTS
from cdp.tables.model import MODELS

MIN_GROWTH = 2.0
"""Matches grow as the records do, pairs by their square: with twice the records a pair has half the
odds that a kept model gives it, and one that links by the usual 1.0 bits is a toss of a coin."""

MIN_COUNTED = 1_000
"""Fewer records, statements or pairs tell nothing. Of so many on both sides and in 12 bands, chance
makes an index of 0.04 in one of twenty cases (Yurdakul, Statistical Properties of PSI, 2018)."""

_SQL = Path(__file__).parent / "sql" / "model_counts.sql"
_COUNTS, _OUTGROWN = CONTRACTS["model.counts"], CONTRACTS["identity.outgrown_blocks"]
_FIGURE = ["figure", "subject", "source"]
BAND_BITS = 5
"""How wide the bands of match weights are."""

_MOST_TOLD = 3
_NEXT_STEP = (
    "If a source states less by mistake, mend its export. Otherwise `cdp model train` tries a model"
    " of today's records beside it, and tells whom it would merge or split."
)
Moved = Mapping[str, Any]
"""What has moved: a figure, what it was and is, as JSON may hold it."""


def note_counts(engine: Engine, version: Version, *, settings: ResolveSettings) -> None:
    """Keep with a version in training what its records and pairs are like."""
    engine.delete(_COUNTS.name, "model_id", [version.model_id])
    engine.append(load(_SQL), values=_values(version, settings))


def drift_of(
    engine: Engine, version: Version, *, settings: ResolveSettings
) -> dict[str, str | None]:
    """``model_drift`` of a run: what has moved since the training of its version, as JSON.

    Null where the run trained. A version of a former release has no counts: of it is told only how
    far the store has grown, and which blocks have outgrown it.
    """
    if version.is_training:
        return {"model_drift": None}
    for contract in (MODELS, _COUNTS, _OUTGROWN):
        engine.ensure(contract)
    asked: dict[str, Scalar] = {"model_id": version.model_id}
    entry = engine.query("select records from ops.models where model_id = $model_id", asked)
    was = engine.query("select * from model.counts where model_id = $model_id", asked)
    now = engine.query(load(_SQL).sql, _values(version, settings)) if was.height else was
    blocks = moved_blocks(_outgrown(engine, settings), most=OUTGROWN * settings.max_block_size)
    grown = list(moved_records(int(entry["records"][0]), engine.count("identity.records")))
    if grown:
        # The longer people are heard of, the more often they state the same: no other drift.
        was = was.filter(pl.col("figure") != "distinct")
    moved = [*blocks, *grown, *moved_shares(was, now)]
    return {"model_drift": json.dumps({"model_id": version.model_id, "moved": moved})}


def _values(version: Version, settings: ResolveSettings) -> dict[str, Scalar]:
    return {
        "model_id": version.model_id,
        "attributes": "\n".join(sorted(settings.compare)),
        "band_bits": BAND_BITS,
    }


def _outgrown(engine: Engine, settings: ResolveSettings) -> pl.DataFrame:
    """Blocks that outgrew the model by rule: rule, blocks, records (each once), sorted by rule."""
    if not engine.count(_OUTGROWN.name):
        return pl.DataFrame(schema={"rule": pl.String, "blocks": pl.Int64, "records": pl.Int64})
    found = engine.query(
        """
        select block % 64 as rule, count(distinct block) as blocks,
            count(distinct record_id) as records
        from identity.block_keys
        where block in (select block from identity.outgrown_blocks)
        group by rule order by rule
        """
    )
    names = dict(enumerate(rules_of(comparisons_of(settings.compare))))
    return found.with_columns(pl.col("rule").replace_strict(names, return_dtype=pl.String))


def moved_blocks(outgrown: pl.DataFrame, *, most: int) -> Iterator[Moved]:
    """What there is to tell of blocks that outgrew the model: every rule that has some."""
    for row in outgrown.to_dicts():
        yield {"figure": "blocks", **row, "most": most}


def moved_records(was: int, now: int) -> Iterator[Moved]:
    """What there is to tell of the number of records.

    >>> list(moved_records(2_000, 3_999)), list(moved_records(2_000, 4_000))
    ([], [{'figure': 'records', 'was': 2000, 'now': 4000}])
    """
    if now > was and now >= MIN_GROWTH * was:
        yield {"figure": "records", "was": was, "now": now}


def moved_shares(was: pl.DataFrame, now: pl.DataFrame) -> list[Moved]:
    """Counts whose shares have moved too far, the farthest first (ties: by name).

    Args:
        was: ``model.counts`` of the version.
        now: The same counts today.

    Returns:
        Of weights the band that has moved most, named by its bits; the index is that of all bands.
        Figures that are not in both, or of too few, are left out.

    >>> row = {"figure": "stated", "subject": "email", "source": "", "band": 0, "total": 3000}
    >>> was, now = pl.DataFrame([row | {"counted": 2700}]), pl.DataFrame([row | {"counted": 900}])
    >>> [(told["subject"], told["was"], told["now"]) for told in moved_shares(was, now)]
    [('email', 0.9, 0.3)]
    >>> moved_shares(was, was), moved_shares(was, now.with_columns(total=999))
    ([], [])
    """
    joined = was.join(now, on=[*_FIGURE, "band"], how="full", coalesce=True, suffix="_now")
    bands = (
        joined.with_columns(
            pl.col("counted", "counted_now").fill_null(0),
            pl.col("total", "total_now").max().over(_FIGURE),
        )
        .filter(pl.all_horizontal(pl.col("total", "total_now") >= MIN_COUNTED))
        .select(
            *_FIGURE, "band", was=pl.col("counted") / pl.col("total"),
            now=pl.col("counted_now") / pl.col("total_now"),
        )
    )  # fmt: skip
    moved = []
    for (figure, subject, source), rows in bands.sort("band").group_by(_FIGURE):
        shares = rows["was"].to_list(), rows["now"].to_list()
        index = stability_index(*([*share, 1 - sum(share)] for share in shares))
        if index >= MIN_INDEX:
            most = max(rows.to_dicts(), key=lambda band: abs(band["now"] - band["was"]))
            told = {name: round(most[name], 4) for name in ("was", "now")}
            named = {"figure": figure, "subject": subject, "source": source, "band": most["band"]}
            moved.append({**named, **told, "index": round(index, 2)})
    return sorted(moved, key=lambda told: (-told["index"], *(told[name] for name in _FIGURE)))


def drift_notices(figures: Mapping[str, object]) -> list[str]:
    """What to look at when the records have moved away from the model: a line each, or none.

    Args:
        figures: Of a run, ``model_drift`` among them; a run of a former release has none.

    >>> drift_notices({"model_drift": None}), drift_notices({})
    ([], [])
    >>> moved = {"figure": "records", "was": 2000, "now": 4100}
    >>> lines = drift_notices({"model_drift": json.dumps({"model_id": "m_0001", "moved": [moved]})})
    >>> lines[0], lines[1][:36]
    ('The records have moved away from model m_0001:', '4,100 records, 2,000 at its training')
    """
    text = figures.get("model_drift")
    drift = json.loads(text) if isinstance(text, str) else {"moved": []}
    if not drift["moved"]:
        return []
    lines = [f"The records have moved away from model {drift['model_id']}:"]
    lines += [_growth(one) for one in drift["moved"] if "index" not in one]
    shares = [_share(one) for one in drift["moved"] if "index" in one]
    if shares:
        told, more = "; ".join(shares[:_MOST_TOLD]), len(shares) - _MOST_TOLD
        rest = f", and {more} more (`model_drift` of table `runs`)" if more > 0 else ""
        lines.append(f"Shares that have moved most: {told}{rest}.")
    return [*lines, _NEXT_STEP]


def _growth(one: Moved) -> str:
    if one["figure"] == "records":
        return (
            f"{one['now']:,} records, {one['was']:,} at its training. Each doubling halves the"
            " odds of a pair, which the model does not know."
        )
    return (
        f"Blocking rule `{one['rule']}`: more than {one['most']:,} records, {OUTGROWN} times what a"
        f" training allows, share a key ({one['blocks']:,} such keys, {one['records']:,} records)."
        " They slow each run; a new model leaves them out."
    )


def _share(one: Moved) -> str:
    bits, source = one["band"], one["source"]
    named = {
        "match_weight": f"pairs of {bits} to {bits + BAND_BITS} bits among the likely ones",
        "stated": f"records{source and ' of '}{source} that state `{one['subject']}`",
        "distinct": f"distinct values among the statements of `{one['subject']}`",
        "generic": f"statements of `{one['subject']}` that point to nobody",
    }
    was, now = (f"{100 * one[name]:.3g} %" for name in ("was", "now"))
    return f"{named[one['figure']]}, {was} to {now}"
