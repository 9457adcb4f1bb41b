"""Groups of records of one person: linked pairs, then the guards."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np
import polars as pl

from cdp.engine import DuckDBEngine, Engine, load
from cdp.resolve.components import bounded
from cdp.resolve.contradicting import standing
from cdp.resolve.folding import FUNCTIONS
from cdp.resolve.guards import guard, over_limit, weigh_contradictions
from cdp.resolve.links import decide_links
from cdp.resolve.model import TIDY_BITS
from cdp.resolve.rule_links import with_all_agreements, with_always_links
from cdp.resolve.rules import held_values, never_pairs, read_stated
from cdp.resolve.rulings import apply_rulings, read_placed, tell_rulings
from cdp.resolve.settings import ResolveSettings
from cdp.store.touched import Records
from cdp.tables import CONTRACTS

_CONTRADICTIONS = Path(__file__).parent / "sql" / "contradictions.sql"
_CLUSTERS, _LINKS = CONTRACTS["identity.clusters"], CONTRACTS["identity.links"]
_SOURCES = CONTRACTS["identity.model_sources"]
_RECORDS = CONTRACTS["identity.records"]
_PAIR = ["record_l", "record_r"]


def cluster_records(engine: Engine, *, settings: ResolveSettings, records: Records = None) -> None:
    """Make ``identity.clusters`` and ``identity.links`` from the scored pairs and the model.

    Records are joined by pairs of at least ``min_match_weight_bits``; groups in which records
    contradict one another, that a rule or a limit of the project forbids, or that hang together
    by a lone weak link, are cut (see linkage.py); what a guard cut stays in ``identity.links`` as
    refused, with the reason. Last of all comes what stewards ruled, ``identity.rulings``.

    ``records`` are whole neighbourhoods, and records that are gone; null for all. Nothing that is
    decided within a neighbourhood hangs on others.
    """
    present = engine.rows_of("identity.records", "record_id", records).sort("record_id")
    scored = engine.rows_of("identity.scored_pairs", "record_l", records).sort(_PAIR)
    stated = read_stated(engine, settings)
    pairs = with_always_links(scored, stated, settings, of=present["record_id"])
    linked = pairs.filter(pl.col("match_weight") >= settings.min_match_weight_bits)
    groups = _groups(present["record_id"].to_numpy(), linked, settings)
    parted = never_pairs(stated, groups, settings.never_link)
    levels = engine.query("select * from identity.model_levels")
    against = weigh_contradictions(_contradictions(engine, present, groups), levels, parted)
    held = held_values(stated, settings)
    pairs = with_all_agreements(pairs, stated, _ruled(groups, parted, held), settings)
    clusters = guard(groups, pairs, against, held, settings=settings)
    rulings = standing(read_placed(engine))
    clusters, pairs = apply_rulings(clusters, pairs, stated, rulings, settings)
    links = decide_links(pairs, groups, clusters, against, held, settings=settings)
    links = tell_rulings(links, pairs, clusters, rulings, settings)
    engine.renew_frame(_CLUSTERS, clusters, keys=records, columns=["record_id"])
    engine.renew_frame(_LINKS, links, keys=records, columns=_PAIR)


def _ruled(groups: pl.DataFrame, parted: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """The groups that a rule or a limit of the project will cut: record_id, cluster."""
    ruled = groups.filter(pl.col("record_id").is_in(parted["record_l"].implode()))
    cut = pl.concat([ruled.select("cluster"), over_limit(groups, held).select("cluster")])
    return groups.join(cut.unique(), on="cluster", how="semi")


def _groups(
    record_ids: np.ndarray[tuple[int], np.dtype[np.int64]],
    linked: pl.DataFrame,
    settings: ResolveSettings,
) -> pl.DataFrame:
    """Each record and the smallest record of what its links reach: record_id, cluster."""
    components = bounded(
        len(record_ids),
        np.searchsorted(record_ids, linked["record_l"].to_numpy()),
        np.searchsorted(record_ids, linked["record_r"].to_numpy()),
        linked["match_weight"].to_numpy(),
        max_size=settings.max_cluster_records,
        uncut=settings.declared_weight_bits,
    )
    return pl.DataFrame({"record_id": record_ids, "cluster": record_ids[components]})


def _contradictions(engine: Engine, records: pl.DataFrame, groups: pl.DataFrame) -> pl.DataFrame:
    """Pairs within a group that a personal field speaks against: see the statement's header."""
    with closing(DuckDBEngine()) as scratch:
        for function in FUNCTIONS:
            scratch.register(function)
        scratch.store_frame(_RECORDS, records, append=False)
        scratch.store_frame(_CLUSTERS, groups, append=False)
        sources = engine.query("select * from identity.model_sources")
        scratch.store_frame(_SOURCES, sources, append=False)
        return scratch.query(load(_CONTRADICTIONS).sql, {"tidy_bits": TIDY_BITS})
