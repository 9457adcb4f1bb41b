-- grain: one current row of a reference source
-- key: record_key
-- reads: clean.rows, ops.deliveries
-- writes: reference.source
select
    r.source_record_id as record_key,
    r.delivery_id,
    r.source_file,
    r.source_row,
    r.attributes
from clean.rows as r
join ops.deliveries as d on r.delivery_id = d.delivery_id
where r.source = $source and r.verdict = 'accepted'
-- A whole list leaves nothing of the lists before it; a few mended rows are no list.
qualify
    row_number() over (
        partition by r.source_record_id
        order by r.delivered_at desc, r.delivery_id desc, r.source_row desc
    ) = 1
    and (
        not $full_refresh
        or r.delivered_at >= max(case when d.mends is null then r.delivered_at end) over ()
    )
order by record_key
