-- grain: one rejected row and one rule that it broke
-- key: delivery_id, source_row, rule
-- reads: clean.quarantine, clean.rows, ops.deliveries
-- writes: clean.quarantine
with rejected as (
    select
        r.delivery_id,
        r.source_row,
        r.source,
        r.delivered_at,
        d.landed_at,
        d.mends is not null as is_mending,
        -- A row that was mended by hand keeps its line in the file that first brought it.
        coalesce(d.mends, d.delivery_id) as first_delivery,
        o.source_file,
        case
            when list_contains(string_split($people, ','), r.source) then r.source_record_id
            else r.source_touchpoint_id
        end as subject
    from clean.rows as r
    join ops.deliveries as d on r.delivery_id = d.delivery_id
    join ops.deliveries as o on coalesce(d.mends, d.delivery_id) = o.delivery_id
    where r.verdict = 'quarantined'
),

mended as (
    select
        d.mends as first_delivery,
        r.source_row,
        d.landed_at,
        d.delivery_id,
        r.verdict
    from clean.rows as r
    join ops.deliveries as d on r.delivery_id = d.delivery_id
    where d.mends is not null and d.status = 'accepted'
),

by_hand as (
    select
        j.delivery_id,
        j.source_row,
        bool_or(m.verdict in ('accepted', 'set_aside')) as is_mended,
        bool_or(
            not j.is_mending
            or m.landed_at > j.landed_at
            or (m.landed_at = j.landed_at and m.delivery_id > j.delivery_id)
        ) as is_tried_again
    from rejected as j
    join mended as m on j.first_delivery = m.first_delivery and j.source_row = m.source_row
    where j.delivery_id <> m.delivery_id
    group by j.delivery_id, j.source_row
),

-- The file was written anew under its name, or a new whole list replaced it.
latest_files as (
    select
        source,
        source_file,
        max(delivered_at) as of_file,
        max(max(delivered_at)) over (partition by source) as of_source
    from ops.deliveries
    where status = 'accepted' and mends is null
    group by source, source_file
),

replaced as (
    select distinct
        j.delivery_id,
        j.source_row
    from rejected as j
    join latest_files as f on j.source = f.source
    where (j.source_file = f.source_file and j.delivered_at < f.of_file)
        or (list_contains(string_split($full_refresh, ','), j.source) and j.delivered_at < f.of_source)
),

-- Its source speaks of the same person or contact later: what it says then is what counts.
told_again as (
    select distinct
        j.delivery_id,
        j.source_row
    from rejected as j
    join clean.rows as r on j.source = r.source and r.delivered_at > j.delivered_at
    join ops.deliveries as d on r.delivery_id = d.delivery_id
    where d.status = 'accepted'
        and r.verdict in ('accepted', 'quarantined')
        and j.subject = case
            when list_contains(string_split($people, ','), r.source) then r.source_record_id
            else r.source_touchpoint_id
        end
)

select
    q.* replace (
        case
            when q.replay_state = 'replayed' then 'replayed'
            when h.is_mended then 'mended'
            when h.is_tried_again or p.source_row is not null or t.source_row is not null then 'superseded'
            else 'open'
        end as replay_state
    )
from clean.quarantine as q
left join by_hand as h on q.delivery_id = h.delivery_id and q.source_row = h.source_row
left join replaced as p on q.delivery_id = p.delivery_id and q.source_row = p.source_row
left join told_again as t on q.delivery_id = t.delivery_id and q.source_row = t.source_row
order by q.delivery_id, q.source_row, q.rule
