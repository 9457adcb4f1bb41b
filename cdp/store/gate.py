"""The gate before publishing: broken keys or an unexplained jump keep a snapshot back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from cdp.engine import Engine

MAX_FALL_SHARE = 0.3
"""Customers may not fall by more than this share from one run to the next."""

MAX_MERGED_SHARE = 0.1
MAX_MERGED_FLOOR = 50
"""Former customers merged away by one run may not be more than this share, nor than the floor."""

MAX_SPLIT_SHARE = 1 / 3
MAX_SPLIT_FLOOR = 50
"""Of what was joined, one run may not part more than this share, nor more than the floor.

Joined are the records beyond the first of each customer, so the share hangs on no store's number
of duplicates."""

MAX_LEFT_SHARE = 0.3
MAX_LEFT_FLOOR = 20
"""Of one source's records not more than this share, nor than the floor, may leave in one run: a
list that lost its second half retires few customers, since other sources keep the rest alive."""

MAX_LARGEST_GROWTH = 5
MAX_LARGEST_FLOOR = 50
"""The largest customer may grow so many times, once it holds more records than the floor."""


def figures_of(engine: Engine, last: Mapping[str, object] | None) -> dict[str, int | str | None]:
    """What is about to be published, in figures.

    Merges are those since the ``last`` published run: a run that was killed, or that the gate
    refused, has left its merges to the one that carries on. Customers that only such a run made
    were never published, so when they are merged again, nobody loses an id.
    """
    found = engine.query(
        """
        select
            count(*) as customers,
            count(*) filter (kind = 'identified') as identified,
            coalesce(max(record_count), 0) as largest_customer,
            coalesce(sum(record_count), 0)::bigint as records,
            (
                select count(*) from identity.changes as merged
                where kind = 'merged' and run_id > $last_run and not exists (
                    select 1 from identity.changes as begun
                    where begun.customer_id = merged.customer_id
                        and begun.kind in ('created', 'returned', 'split')
                        and begun.run_id > $last_run
                )
            ) as merges
        from profile.customers
        """,
        {"last_run": str(last["run_id"]) if last else ""},
    )
    return dict(found.row(0, named=True))


def check_gate(
    engine: Engine, last: Mapping[str, object] | None, figures: Mapping[str, int | str | None]
) -> list[str]:
    """Every reason not to publish, in words; empty when the snapshot may go out.

    Keys are checked where tables are written; here are the laws that span tables, and the
    comparison with the last published run.
    """
    problems = [
        f"{rows} {what}"
        for what, sql in _LAWS.items()
        if (rows := int(engine.query(sql)["broken"][0]))
    ]
    if last is not None:
        problems += _jumps(last, figures)
        problems += _parted(engine, last)
        instant = last.get("as_of")
        problems += lists_that_shrank(engine, instant) if isinstance(instant, datetime) else []
    return problems


def _parted(engine: Engine, last: Mapping[str, object]) -> list[str]:
    """A mass split; what was split off and joined again since the last published run is none."""
    found = engine.query(
        """
        select count(distinct customer_id) as parted
        from identity.changes join profile.customers using (customer_id)
        where identity.changes.kind = 'split' and run_id > $last_run
        """,
        {"last_run": str(last["run_id"])},
    )
    parted, customers = int(found["parted"][0]), int(str(last["customers"] or 0))
    joined = int(str(last["records"] or 0)) - customers
    if parted <= max(MAX_SPLIT_FLOOR, joined * MAX_SPLIT_SHARE):
        return []
    return [f"{parted} new customers would be split off the {customers} there were"]


def lists_that_shrank(engine: Engine, instant: datetime) -> list[str]:
    """Sources of which too many of the records that were there at an instant are gone."""
    found = engine.query(
        """
        with sources as (select distinct record_id, source from clean.records),
        was as (
            select distinct record_id from identity.members
            where valid_from <= $instant and (valid_to is null or valid_to > $instant)
        ),
        now as (select distinct record_id from identity.members where valid_to is null)
        select
            sources.source,
            count(*) as records,
            count(*) filter (now.record_id is null) as gone
        from was
        join sources on was.record_id = sources.record_id
        left join now on was.record_id = now.record_id
        group by sources.source
        having gone > greatest($floor, $share * records)
        order by sources.source
        """,
        {"instant": instant, "floor": MAX_LEFT_FLOOR, "share": MAX_LEFT_SHARE},
    )
    return [
        f"{row['gone']} of {row['records']} records of `{row['source']}` have left"
        for row in found.iter_rows(named=True)
    ]


_LAWS = {
    "deliveries do not balance: rows read differ from the sum of their dispositions": """
        select count(*) as broken from ops.deliveries where rows_read
            <> rows_accepted + rows_quarantined + rows_duplicate + rows_set_aside + rows_held
    """,
    "rows landed have no disposition or two": """
        select count(*) as broken from (
            select d.delivery_id from ops.deliveries as d
            left join clean.dispositions as r on d.delivery_id = r.delivery_id
            group by d.delivery_id, d.rows_read having count(r.source_row) <> d.rows_read
        )
    """,
    "current records belong to no customer or to one that is not published": """
        select count(*) as broken from clean.records as r
        left join identity.members as m on r.record_id = m.record_id and m.valid_to is null
        left join profile.customers as c on m.customer_id = c.customer_id
        where r.is_current and c.customer_id is null
    """,
    "record ids are shared by two keys": """
        select count(*) as broken from (
            select record_id from clean.records group by record_id
            having count(distinct source || '|' || source_record_id) > 1
        )
    """,
    "touchpoint ids are shared by two keys": """
        select count(*) as broken from (
            select touchpoint_id from clean.rows
            where touchpoint_id is not null group by touchpoint_id
            having count(distinct source || '|' || source_touchpoint_id) > 1
        )
    """,
}


def _jumps(last: Mapping[str, object], figures: Mapping[str, int | str | None]) -> list[str]:
    before, now = int(str(last["customers"] or 0)), int(figures["customers"] or 0)
    largest_before = int(str(last["largest_customer"] or 0))
    largest_now = int(figures["largest_customer"] or 0)
    merged, most_merged = int(figures["merges"] or 0), before * MAX_MERGED_SHARE
    problems = []
    if merged > max(MAX_MERGED_FLOOR, most_merged):
        problems.append(f"{merged} of {before} customers would be merged away")
    if now < before * (1 - MAX_FALL_SHARE):
        problems.append(f"customers fell from {before} to {now}")
    if largest_now > max(MAX_LARGEST_FLOOR, largest_before * MAX_LARGEST_GROWTH):
        problems.append(f"the largest customer grew from {largest_before} to {largest_now} records")
    return problems
