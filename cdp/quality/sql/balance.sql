-- grain: one delivery with the rows of each disposition counted
-- key: delivery_id
-- reads: ops.deliveries, clean.dispositions
-- writes: ops.deliveries
with counted as (
    select
        delivery_id,
        count(*) filter (disposition = 'accepted') as accepted,
        count(*) filter (disposition = 'quarantined') as quarantined,
        count(*) filter (disposition = 'duplicate') as duplicates,
        count(*) filter (disposition = 'set_aside') as set_aside,
        count(*) filter (disposition = 'held') as held
    from clean.dispositions
    group by delivery_id
)

select
    d.* replace (
        coalesce(c.accepted, 0) as rows_accepted,
        coalesce(c.quarantined, 0) as rows_quarantined,
        coalesce(c.duplicates, 0) as rows_duplicate,
        coalesce(c.set_aside, 0) as rows_set_aside,
        coalesce(c.held, 0) as rows_held
    )
from ops.deliveries as d
left join counted as c on d.delivery_id = c.delivery_id
order by d.delivery_id
