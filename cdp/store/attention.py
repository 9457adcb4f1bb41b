"""Which deliveries want a look, why, and what to do: one answer for a run and for its snapshot."""

from __future__ import annotations


def attention_query(*, deliveries: str = "deliveries", checks: str = "checks") -> str:
    """The query of deliveries that want a look; ``$run_id`` is the run that asks.

    One row per delivery: held, unreadable, or accepted though columns are missing. Of several
    deliveries of one file name only the latest counts: the others were replaced. Missing columns
    are told by the run that judged the file, and for as long as no newer file of its source came.

    Columns: delivery_id, source, source_file, status, reason, rows_read, next_step; sorted by
    source, delivered_at and delivery_id.
    """
    return f"""
    with placed as (
        select *,
            row_number() over (
                partition by source, source_file
                order by landed_at desc, delivered_at desc, delivery_id desc
            ) = 1 as is_last_of_its_name,
            row_number() over (
                partition by source, status in ('repeat', 'unreadable', 'revoked')
                -- One that mends another has its time, and is the later to land.
                order by delivered_at desc, landed_at, delivery_id desc
            ) = 1 as is_newest
        from {deliveries}
    ),
    missing as (
        select delivery_id, message, run_id
        from {checks} where rule = 'columns_are_in_the_header' and not passed
    )
    select d.delivery_id, d.source, d.source_file,
        case when m.message is not null and d.status = 'accepted' then 'columns missing'
            else d.status end as status,
        coalesce(d.reason, m.message) as reason,
        d.rows_read,
        case d.status
            when 'held' then case when {_IS_UNUSUAL} then {_WHEN_UNUSUAL} else {_WHEN_HELD} end
            when 'unreadable' then {_WHEN_UNREADABLE}
            else {_WHEN_MISSING}
        end as next_step
    from placed as d left join missing as m on d.delivery_id = m.delivery_id
    where d.is_last_of_its_name and (
        d.status in ('held', 'unreadable')
        or (d.status = 'accepted' and m.message is not null
            and (d.is_newest or m.run_id = $run_id))
    )
    order by d.source, d.delivered_at, d.delivery_id
    """


_WHEN_HELD = """
    'Nothing of this file counts yet: its bad rows are in quarantine, its '
    || d.rows_held || ' others wait, and the former files of ' || d.source || ' stand. '
    || 'Mend the file under the same name, or its contract (max_rejected_share tells how many '
    || 'bad rows it may have), and run again: the whole file is then judged anew.'
"""
_IS_UNUSUAL = """
    regexp_matches(d.reason,
        '^(row_count_is|columns_are_not|columns_keep_their|blank_shares|category_mixes)_')
"""
"""Held by a rule that compares files as wholes, and by no other before it."""
_WHEN_UNUSUAL = """
    'Nothing of this file counts yet: its rows may all be right, but as a whole it is not what '
    || 'the contract of ' || d.source || ' expects. If it is right, change `expect_rows` or '
    || '`drift` there; else mend the file under the same name. Then run again.'
"""
_WHEN_UNREADABLE = """
    'Nothing of it was read, and all other files went on. Deliver it again whole, or mend its '
    || 'permissions, its name (`delivered_at`) or `format` in the contract; each run tries it '
    || 'again.'
"""
_WHEN_MISSING = """
    'Its rows count, without what those columns say; refusals of consent known before stand. '
    || 'Write the new name of the column into the contract of ' || d.source
    || ', or drop it there, or deliver the file again; then run again.'
"""
