"""Which customer each record belongs to over time, and every event that changed it."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from cdp.engine import Engine
from cdp.errors import ConfigError
from cdp.resolve.customer_ids import carry_over, mint
from cdp.store.touched import Records
from cdp.tables import CONTRACTS

_MEMBERS, _CHANGES = CONTRACTS["identity.members"], CONTRACTS["identity.changes"]
_NOW = pl.col("valid_to").is_null()


def assign_customer_ids(
    engine: Engine, *, project: str, as_of: datetime, run_id: str, records: Records = None
) -> None:
    """Give every cluster of ``identity.clusters`` its customer id.

    ``identity.members`` keeps who belonged where from when to when; ``identity.changes`` tells of
    each customer *created*, *merged* (into ``survivor_id``), *split* (off ``origin_id``),
    *retired* (its last record has left), *returned* (records that it had then are back) or
    *regrouped*, and of records *moved* between two. The same clusters again change neither.

    ``records`` are those whose clusters were made again, whole clusters before and after; null
    for all.

    Raises:
        ConfigError: ``as_of`` is before the last change that the store knows of.
    """
    for contract in (_MEMBERS, _CHANGES):
        engine.ensure(contract)
    clusters = engine.rows_of("identity.clusters", "record_id", records).sort("record_id")
    history = engine.rows_of(_MEMBERS.name, "record_id", records).sort("record_id", "valid_from")
    used = engine.query("select distinct customer_id from identity.changes")["customer_id"]
    _refuse_backward_clock(engine, as_of)
    now = history.filter(_NOW).select("record_id", "customer_id")
    spans = engine.rows_of(_MEMBERS.name, "customer_id", now["customer_id"])
    births = spans.group_by("customer_id").agg(since=pl.col("valid_from").min())
    before = pl.concat([now, _corrected(engine, clusters, now)]).join(births, on="customer_id")
    gone = _retired(engine, clusters, history)
    after = _named(clusters, before, gone, project=project, used=set(used))
    events = changes(before, after, gone).with_columns(
        changed_at=pl.lit(as_of), run_id=pl.lit(run_id)
    )
    members = moved(history, after, as_of=as_of, run_id=run_id)
    told = engine.query(
        "select count(*) as events from identity.changes where run_id = $run_id", {"run_id": run_id}
    )["events"][0]
    events = events.with_columns(sequence=pl.col("sequence") + told)
    with engine.transaction():
        engine.renew_frame(
            _MEMBERS, members.select(_MEMBERS.column_names), keys=records, columns=["record_id"]
        )
        engine.store_frame(_CHANGES, events.select(_CHANGES.column_names), append=True)


def _refuse_backward_clock(engine: Engine, as_of: datetime) -> None:
    latest = engine.query(
        "select greatest(max(valid_from), max(valid_to)) as latest from identity.members"
    )["latest"][0]
    if isinstance(latest, datetime) and as_of < latest:
        raise ConfigError(
            what=f"as_of {as_of:%Y-%m-%d %H:%M:%S} is before the last change of identity,"
            f" {latest:%Y-%m-%d %H:%M:%S}",
            where="identity.members",
            next_step="give a later --as-of; history is never written backwards",
        )


def _retired(engine: Engine, clusters: pl.DataFrame, history: pl.DataFrame) -> pl.DataFrame:
    """record_id, customer_id, since: of records that left and are back, the customer they had.

    Only one that retired: who was merged lives on in another, and who was erased in none.
    """
    now = history.filter(_NOW)
    back = history.join(now, on="record_id", how="anti").join(clusters, on="record_id", how="semi")
    last = back.sort("record_id", "valid_to").unique("record_id", keep="last")
    ends = engine.rows_of(_CHANGES.name, "customer_id", last["customer_id"].unique())
    latest = ends.sort("changed_at", "run_id", "sequence").unique("customer_id", keep="last")
    retired = latest.filter(pl.col("kind") == "retired").select("customer_id")
    return last.join(retired, on="customer_id").select(
        "record_id", "customer_id", since=pl.col("valid_from")
    )


def _corrected(engine: Engine, clusters: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """record_id, customer_id: of new records, whom they corrected, if of those nothing is left.

    The person of an event is known by the wording, so who is worded anew would be a stranger.
    """
    living = now.join(clusters, on="record_id", how="semi")
    left = now.join(living, on="customer_id", how="anti")
    told = engine.rows_of("clean.corrections", "record_id", left["record_id"])
    heirs = left.join(told, on="record_id").select("customer_id", record_id="latest_record_id")
    fresh = heirs.join(clusters, on="record_id", how="semi").join(now, on="record_id", how="anti")
    return fresh.select("record_id", "customer_id").unique()


def _named(
    clusters: pl.DataFrame,
    before: pl.DataFrame,
    gone: pl.DataFrame,
    *,
    project: str,
    used: set[str],
) -> pl.DataFrame:
    """Each record and its customer from now on: record_id, customer_id, by record.

    The living choose first; where none goes on, who retired and is back does.
    """
    living = carry_over(clusters, before)
    back = carry_over(clusters.join(living, on="cluster", how="anti"), gone)
    kept = pl.concat([living, back])
    fresh = clusters.join(kept, on="cluster", how="anti").group_by("cluster")
    born = fresh.agg(smallest=pl.col("record_id").min()).sort("smallest")
    minted = born.select("cluster").with_columns(
        customer_id=pl.Series(mint(project, born["smallest"], used), dtype=pl.String)
    )
    names = pl.concat([kept, minted])
    return clusters.join(names, on="cluster").select("record_id", "customer_id").sort("record_id")


def moved(
    history: pl.DataFrame, after: pl.DataFrame, *, as_of: datetime, run_id: str
) -> pl.DataFrame:
    """``identity.members`` with the spans of moved records closed and new ones opened.

    A span that would begin and end at the same instant never was, and is left out.

    Args:
        history: ``identity.members`` so far.
        after: record_id, customer_id: where each record belongs from now on.
        as_of: The instant of the change.
        run_id: The run that makes it.
    """
    place = ["record_id", "customer_id"]
    standing = history.filter(_NOW).join(after, on=place, how="semi")
    ended = (
        history.filter(_NOW)
        .join(after, on=place, how="anti")
        .filter(pl.col("valid_from") < as_of)
        .with_columns(valid_to=pl.lit(as_of, history["valid_to"].dtype))
    )
    opened = after.join(standing, on=place, how="anti").select(
        *place,
        valid_from=pl.lit(as_of, history["valid_from"].dtype),
        valid_to=pl.lit(None, history["valid_to"].dtype),
        run_id=pl.lit(run_id),
    )
    spans = [history.filter(~_NOW), ended, standing, opened.select(history.columns)]
    return pl.concat(spans).sort("record_id", "valid_from")


def changes(
    before: pl.DataFrame, after: pl.DataFrame, gone: pl.DataFrame | None = None
) -> pl.DataFrame:
    """What happened to every customer that began, ended or has other records than before.

    Both frames may be cut down to some customers, as long as every record that came to or went
    from one of them is in both: who is in neither has no event.

    Args:
        before: record_id, customer_id: the former members.
        after: record_id, customer_id: the members from now on.
        gone: record_id, customer_id: of records that had left, the retired customers of then.

    Returns:
        customer_id, kind, survivor_id, origin_id, record_count, sequence; in the order of kind
        and id. A customer that ends while its records go to several others is *merged* into the
        one that gets most of them (ties: the smaller id); what goes to another former customer
        has *moved*, whether or not its giver lives on; one that begins with records of several
        is *split* off each of them. Who lives on with other records is *regrouped*, once.

        So the events replay: *created*, *returned*, *split* and *regrouped* say that a customer
        is there and how many records it has; after *merged* and *retired* it is there no more.

    >>> before = pl.DataFrame({"record_id": [1, 2, 3], "customer_id": ["a", "a", "b"]})
    >>> after = pl.DataFrame({"record_id": [1, 2, 3], "customer_id": ["a", "b", "b"]})
    >>> changes(before, after).select("customer_id", "kind", "survivor_id", "record_count").rows()
    [('a', 'moved', 'b', 1), ('a', 'regrouped', None, 1), ('b', 'regrouped', None, 2)]
    """
    former, now = before.select("record_id", "customer_id"), after.rename({"customer_id": "into"})
    flows = former.join(now, on="record_id", how="left").group_by("customer_id", "into").len("went")
    left = flows.filter(pl.col("customer_id").ne_missing(pl.col("into")))
    came = now.join(former, on="record_id", how="anti")
    known = pl.Series([], dtype=pl.String) if gone is None else gone["customer_id"]
    old, new = (frame["customer_id"].unique().implode() for frame in (before, after))
    had_retired = known.unique().implode()
    has_ended = ~pl.col("customer_id").is_in(new)
    is_former = pl.col("into").is_in(old) | pl.col("into").is_in(had_retired)
    merged = (
        left.filter(has_ended & pl.col("into").is_not_null())
        .sort("customer_id", "went", "into", descending=[False, True, False])
        .unique("customer_id", keep="first", maintain_order=True)
    )
    moved_on = left.filter(is_former).join(merged, on=["customer_id", "into"], how="anti")
    ended = left.filter(has_ended).select("customer_id").unique()
    retired = ended.join(merged, on="customer_id", how="anti")
    sizes = after.group_by("customer_id").len("record_count")
    born = sizes.filter(~pl.col("customer_id").is_in(old))
    returned = born.filter(pl.col("customer_id").is_in(had_retired))
    born = born.join(returned, on="customer_id", how="anti")
    split = born.join(left.select(origin_id="customer_id", customer_id="into"), on="customer_id")
    created = born.join(split, on="customer_id", how="anti")
    touched = pl.concat([left["customer_id"], left["into"], came["into"]]).implode()
    lives_on = pl.col("customer_id").is_in(old) & pl.col("customer_id").is_in(touched)
    to_survivor = {"into": "survivor_id", "went": "record_count"}
    events = [
        _events(created, "created"),
        _events(returned, "returned"),
        _events(split, "split"),
        _events(merged.rename(to_survivor), "merged"),
        _events(moved_on.rename(to_survivor), "moved"),
        _events(retired.with_columns(record_count=pl.lit(0)), "retired"),
        _events(sizes.filter(lives_on), "regrouped"),
    ]
    return (
        pl.concat(events)
        .with_row_index("sequence", offset=1)
        .with_columns(pl.col("sequence").cast(pl.Int64))
    )


def _events(rows: pl.DataFrame, kind: str) -> pl.DataFrame:
    missing = [name for name in ("survivor_id", "origin_id") if name not in rows.columns]
    return (
        rows.with_columns(*(pl.lit(None, pl.String).alias(name) for name in missing))
        .select(
            "customer_id",
            pl.lit(kind).alias("kind"),
            "survivor_id",
            "origin_id",
            pl.col("record_count").cast(pl.Int64),
        )
        .sort("customer_id", "origin_id", "survivor_id")
    )
