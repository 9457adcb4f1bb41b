-- grain: one file that a source delivered, with the verdict of its cleaning
-- key: delivery_id
-- reads: ops.deliveries
-- writes: ops.deliveries
select
    d.* replace (
        case
            when not list_contains(string_split($judged, ','), d.delivery_id) then d.status
            when d.status = 'revoked' then d.status
            when json_extract_string($held, '/' || d.delivery_id) is null then 'accepted'
            else 'held'
        end as status,
        case
            when not list_contains(string_split($judged, ','), d.delivery_id) then d.reason
            when d.status = 'revoked' then d.reason
            else json_extract_string($held, '/' || d.delivery_id)
        end as reason,
        case
            when not list_contains(string_split($judged, ','), d.delivery_id) then d.contract
            else $contract
        end as contract
    )
from ops.deliveries as d
order by d.delivery_id
