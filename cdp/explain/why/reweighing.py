"""A pair that was not kept, weighed again on the spot: the published model, the same code.

What other records take or leave (*rivals*) is not weighed: that would need every pair again.
"""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import cdp.resolve
from cdp.engine import DuckDBEngine, load
from cdp.explain.snapshot import Snapshot
from cdp.resolve.comparison import Comparison
from cdp.resolve.comparisons import COMPARISONS
from cdp.resolve.features import Features
from cdp.resolve.folding import FUNCTIONS
from cdp.resolve.holders import PEOPLE_NAMED
from cdp.resolve.model import Model, Shares
from cdp.resolve.scoring import score
from cdp.resolve.settings import ResolveSettings
from cdp.resolve.terms import count_terms, spread_terms
from cdp.tables import CONTRACTS

_SQL = Path(cdp.resolve.__file__).parent / "sql"
_TERMS = CONTRACTS["model.terms"]
_PUBLISHED = "published"


@dataclass(frozen=True)
class Weighing:
    """What two records weigh by themselves: ``evidence`` as in a link, and its sum in bits.

    ``bits_against_random`` leaves the household out: what decides whether a pair is kept.
    """

    evidence: str
    match_weight: float
    bits_against_random: float


def weigh_anew(snapshot: Snapshot, left: int, right: int) -> Weighing | None:
    """Weigh two current records with the model that the snapshot tells of; None without a model.

    All records are read, for a name weighs by how rare it is among them. Comparisons of which
    this version knows no conditions, or other levels than the model has, are left out.
    """
    found = _published_model(snapshot)
    if found is None:
        return None
    model, comparisons = found
    with closing(DuckDBEngine()) as known, closing(DuckDBEngine()) as scratch:
        _make_known(known, snapshot)
        features = Features(known, scratch, settings=ResolveSettings(), model_id=_PUBLISHED)
        features.add(None)
        scratch.store_frame(
            _TERMS, scratch.query(count_terms(comparisons, _PUBLISHED).sql), append=False
        )
        spread_terms(scratch, comparisons)
        scratch.connection.execute(
            "create table work.asked as select $1 as join_key_l, $2 as join_key_r, 0 as match_key,"
            " 0 as rules",
            [min(left, right), max(left, right)],
        )
        pairs = score(scratch, model, comparisons, min_weight_bits=None, candidates="work.asked")
    return _told(pairs.row(0, named=True), model, comparisons)


def _published_model(snapshot: Snapshot) -> tuple[Model, tuple[Comparison, ...]] | None:
    levels = snapshot.query("select * from model_levels order by comparison, level_number")
    sources = snapshot.query("select * from model_sources order by sources")
    if not levels.height or not sources.height:
        return None
    by_name = {str(name): part for (name,), part in levels.group_by("comparison")}
    named = {name: tuple(part.sort("level_number")["level"]) for name, part in by_name.items()}
    comparisons = tuple(c for c in COMPARISONS if named.get(c.name) == c.level_names)

    def shares(kind: str) -> Shares:
        return {c.name: by_name[c.name].sort("level_number")[kind].to_numpy() for c in comparisons}

    match_share, household_share = (
        sources[kind].to_numpy() for kind in ("match_share", "household_share")
    )
    model = Model(
        match=shares("match_share"),
        random=shares("random_share"),
        household=shares("household_share"),
        sources=tuple(sources["sources"]),
        match_share=match_share,
        household_share=household_share,
        match_total=float(match_share[0] / 2.0 ** sources["weight_bits"][0]),
        household_total=float(household_share.mean()),
    )
    return model, comparisons


def _make_known(known: DuckDBEngine, snapshot: Snapshot) -> None:
    """What features are made of: all current records, who holds what, how common names are."""
    for function in (*FUNCTIONS, PEOPLE_NAMED):
        known.register(function)
    records = snapshot.query("select * from records where is_current")
    known.store_frame(CONTRACTS["clean.records"], records, append=False)
    identifiers = snapshot.query("select * from identifiers")
    known.store_frame(CONTRACTS["identity.identifiers"], identifiers, append=False)
    for made in ("records", "holders"):
        known.replace(load(_SQL / f"{made}.sql"))
    known.append(load(_SQL / "names.sql"), values={"model_id": _PUBLISHED})


def _told(row: dict[str, object], model: Model, comparisons: tuple[Comparison, ...]) -> Weighing:
    """The row of a scored pair as the evidence of a link."""
    entries: list[tuple[str, object, object]] = [
        ("prior", "share of matches among all pairs", model.prior_bits),
        ("sources", row["sources"], row["sources_bits"]),
        *(
            (c.name, c.level_names[level], row[f"bits_{c.name}"])
            for c in comparisons
            if isinstance(level := row[f"gamma_{c.name}"], int) and level >= 0
        ),
        ("household", "may be two of one home", row["household_bits"]),
    ]
    evidence = {
        name: {"level": level, "weight_bits": round(bits, 2)}
        for name, level, bits in entries
        if isinstance(bits, float)
    }
    weight, household = (float(str(row[name])) for name in ("match_weight", "household_bits"))
    return Weighing(json.dumps(evidence), weight, weight - household)
