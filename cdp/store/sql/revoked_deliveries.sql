-- grain: one file that a source delivered, the given ones taken back or given back
-- key: delivery_id
-- reads: ops.deliveries
-- writes: ops.deliveries
with changed as (
    select
        unnest(json_keys($changed)) as delivery_id
),

worded as (
    select
        delivery_id,
        json_extract_string($changed, '/' || delivery_id) as reason
    from changed
)

select
    d.* replace (
        case
            when w.delivery_id is null then d.status
            when w.reason is null then 'landed'
            else 'revoked'
        end as status,
        case when w.delivery_id is null then d.reason else w.reason end as reason,
        -- Without the contract that cleaned it, it waits to be cleaned again.
        case when w.delivery_id is null then d.contract end as contract
    )
from ops.deliveries as d
left join worded as w on d.delivery_id = w.delivery_id
order by d.delivery_id
