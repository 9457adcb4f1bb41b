"""What stewards ruled: their word joins and parts records whatever anything else says.

Rulings come last, over the customers that evidence, rules and guards made. A must link joins the
customers of its two records as they are, limits and contradictions or not. A cannot link then
parts the customer that holds both its records, along the links that weigh least in sum. So a
ruling touches nobody but the customers of its own two records.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from cdp.engine import Engine
from cdp.resolve.components import connected
from cdp.resolve.contradicting import contradictions
from cdp.resolve.least_cut import least_cut
from cdp.resolve.rule_links import with_all_agreements, with_ruled_links
from cdp.resolve.settings import ResolveSettings
from cdp.tables import CONTRACTS

_CONTRACT = CONTRACTS["identity.rulings"]
_PAIR = ["record_l", "record_r"]
_MUST = pl.col("ruling") == "must_link"
Pair = tuple[int, int]


def place_rulings(engine: Engine, *, rulings: pl.DataFrame) -> pl.Series:
    """Make ``identity.rulings``: the rulings in force whose two records are there.

    Args:
        engine: Where ``identity.records`` is.
        rulings: left, right (``source:key``), ruling, ruled_by, ruled_at, note; a pair once.

    Returns:
        The records of rulings that came, changed or went.
    """
    records = engine.query("select record_id, source, source_record_id from identity.records")
    before, placed = read_placed(engine), rulings_on(records, rulings)
    engine.store_frame(_CONTRACT, placed, append=False)
    moved = [
        one.join(other, on=one.columns, how="anti", nulls_equal=True)
        for one, other in ((before, placed), (placed, before))
    ]
    return pl.concat([rows[side] for rows in moved for side in _PAIR]).unique()


def read_placed(engine: Engine) -> pl.DataFrame:
    """``identity.rulings`` by pair; none where none were ever placed."""
    engine.ensure(_CONTRACT)
    return engine.query("select * from identity.rulings order by record_l, record_r")


def rulings_on(records: pl.DataFrame, rulings: pl.DataFrame) -> pl.DataFrame:
    """``identity.rulings``: those whose records are both known, by pair.

    Args:
        records: record_id, source, source_record_id.
        rulings: As `place_rulings` takes them.
    """
    keyed = records.select("record_id", key=pl.format("{}:{}", "source", "source_record_id"))
    placed = (
        rulings.join(keyed.rename({"record_id": "one"}), left_on="left", right_on="key")
        .join(keyed.rename({"record_id": "other"}), left_on="right", right_on="key")
        .with_columns(
            record_l=pl.min_horizontal("one", "other"),
            record_r=pl.max_horizontal("one", "other"),
            is_contradicted=pl.lit(value=False),
        )
        .select(_CONTRACT.column_names)
        .sort(_PAIR)
    )
    disputed = {
        tuple(sorted(pair))
        for found in contradictions(placed)
        for pair in zip(found.chain, (*found.chain[1:], found.chain[0]), strict=True)
    }
    told = [pair in disputed for pair in placed.select(_PAIR).iter_rows()]
    return placed.with_columns(is_contradicted=pl.Series(told, dtype=pl.Boolean))


def apply_rulings(
    clusters: pl.DataFrame,
    pairs: pl.DataFrame,
    stated: pl.DataFrame,
    rulings: pl.DataFrame,
    settings: ResolveSettings,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Clusters joined and parted as was ruled, and the pairs with what was ruled of them.

    Args:
        clusters: record_id, cluster (its smallest record), as the guards leave them.
        pairs: As `with_always_links` makes them.
        stated: As `read_stated` makes it.
        rulings: As `standing` makes them.
        settings: From how many bits a pair is a link.

    Returns:
        The same two tables, each sorted by its key.
    """
    if not rulings.height:
        return clusters, pairs
    musts, cannots = rulings.filter(_MUST), rulings.filter(~_MUST)
    joined = _joined(clusters, musts)
    told = _day(musts.sort(_PAIR)).select(*_PAIR, reason=pl.format("must link, {}", "said"))
    pairs = with_ruled_links(pairs, told, settings)
    inside = _inside(joined, cannots)
    torn = joined.join(inside.select("cluster").unique(), on="cluster", how="semi")
    pairs = with_all_agreements(pairs, stated, torn, settings)
    links = pairs.filter(pl.col("match_weight") >= settings.min_match_weight_bits)
    return _parted(joined, torn, links, inside), pairs


def tell_rulings(
    links: pl.DataFrame,
    pairs: pl.DataFrame,
    clusters: pl.DataFrame,
    rulings: pl.DataFrame,
    settings: ResolveSettings,
) -> pl.DataFrame:
    """``identity.links`` with what cannot links did to them.

    A pair that was ruled on is refused, whatever it weighs. Others between the same two clusters
    are told so where nothing else parts them.
    """
    said = _day(rulings.filter(~_MUST).sort("ruled_at", *_PAIR)).select(
        *_PAIR, ruled=pl.format("cannot link, {}", "said")
    )
    sides = ["one", "other"]
    between = _sides(said, clusters).unique(sides, keep="first", maintain_order=True)
    is_link = pl.col("match_weight") >= settings.min_match_weight_bits
    is_by_others = (pl.col("status") == "refused") & pl.col("reason").str.starts_with("group:")
    parting = pl.coalesce("ruled", pl.when(is_by_others).then("parting"))
    told = (
        _sides(links, clusters)
        .join(said, on=_PAIR, how="left")
        .join(between.select(*sides, parting="ruled"), on=sides, how="left")
        .join(pairs.select(*_PAIR, joining="reason"), on=_PAIR, how="left")
    )
    return (
        told.with_columns(
            status=pl.when(pl.col("ruled").is_not_null())
            .then(pl.lit("refused"))
            .otherwise("status"),
            reason=pl.when(parting.is_null())
            .then("reason")
            .when(is_link)
            .then(pl.format("{}, though linked by {}", parting, "joining"))
            .otherwise(parting),
        )
        .select(links.columns)
        .sort(_PAIR)
    )


def _day(rulings: pl.DataFrame) -> pl.DataFrame:
    day = pl.col("ruled_at").dt.strftime("%Y-%m-%d")
    return rulings.with_columns(said=pl.format("ruled by {} on {}", "ruled_by", day))


def _sides(pairs: pl.DataFrame, clusters: pl.DataFrame) -> pl.DataFrame:
    """The clusters of each pair, the smaller as one; in the order of the pairs."""
    left = clusters.select(record_l="record_id", cluster_l="cluster")
    right = clusters.select(record_r="record_id", cluster_r="cluster")
    return (
        pairs.join(left, on="record_l", how="left", maintain_order="left")
        .join(right, on="record_r", how="left", maintain_order="left")
        .with_columns(
            one=pl.min_horizontal("cluster_l", "cluster_r"),
            other=pl.max_horizontal("cluster_l", "cluster_r"),
        )
    )


def _inside(clusters: pl.DataFrame, rulings: pl.DataFrame) -> pl.DataFrame:
    """The rulings whose two records are in one cluster, with it; the oldest first."""
    placed = _sides(rulings, clusters).filter(pl.col("one") == pl.col("other"))
    return placed.select(*_PAIR, "ruled_at", cluster="one").sort("ruled_at", *_PAIR)


def _joined(clusters: pl.DataFrame, musts: pl.DataFrame) -> pl.DataFrame:
    placed = _sides(musts, clusters).filter(pl.col("one") != pl.col("other"))
    names = np.unique(placed.select("one", "other").to_numpy())
    ends = [np.searchsorted(names, placed[side].to_numpy()) for side in ("one", "other")]
    joined = names[connected(len(names), *ends)]
    renamed = pl.DataFrame(
        {"cluster": names, "joined": joined}, {"cluster": pl.Int64, "joined": pl.Int64}
    )
    return clusters.join(renamed, on="cluster", how="left", maintain_order="left").select(
        "record_id", cluster=pl.coalesce("joined", "cluster")
    )


def _parted(
    clusters: pl.DataFrame, torn: pl.DataFrame, links: pl.DataFrame, inside: pl.DataFrame
) -> pl.DataFrame:
    """Clusters without those that are torn, and the parts of each of these."""
    grouped = _sides(links.select(*_PAIR, "match_weight", "kind"), torn)
    within = grouped.filter(pl.col("one") == pl.col("other")).sort(_PAIR)
    weight = pl.when(pl.col("kind") == "ruled").then(pl.lit(np.inf)).otherwise("match_weight")
    edges = within.select(*_PAIR, weight=weight, cluster="one")
    edges_of = edges.partition_by("cluster", as_dict=True, include_key=False)
    apart_of = inside.partition_by("cluster", as_dict=True, maintain_order=True)
    parts = [clusters.join(torn, on="record_id", how="anti")]
    for key, members in torn.partition_by("cluster", as_dict=True).items():
        found = _parts(
            frozenset(members["record_id"].to_list()),
            edges_of[key].rows() if key in edges_of else [],
            apart_of[key].select(_PAIR).rows(),
        )
        rows = [(record, min(part)) for part in found for record in part]
        parts.append(pl.DataFrame(rows, schema=clusters.schema, orient="row"))
    return pl.concat(parts).sort("record_id")


def _parts(
    records: frozenset[int], edges: Sequence[tuple[int, int, float]], apart: Sequence[Pair]
) -> list[frozenset[int]]:
    """One cluster cut until no part holds both records of a pair."""
    held = next((pair for pair in apart if records.issuperset(pair)), None)
    if held is None:
        return [records]
    within = [edge for edge in edges if records.issuperset(edge[:2])]
    near = least_cut(records, within, *held)
    return [part for side in (near, records - near) for part in _parts(side, within, apart)]
