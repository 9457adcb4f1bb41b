-- grain: one observed contact, its latest delivered wording
-- key: touchpoint_id
-- reads: clean.rows
-- writes: clean.touchpoints
with worded as (
    select
        *,
        content_hash is not distinct from lag(content_hash) over (
            partition by touchpoint_id order by delivered_at, delivery_id, source_row
        ) as is_repeat
    from clean.rows
    where verdict = 'accepted' and touchpoint_id is not null
),

latest as (
    select *
    from worded
    -- The first row of the latest wording: a repeat of it changes nothing, its provenance included.
    where not is_repeat
    qualify row_number() over (
        partition by touchpoint_id order by delivered_at desc, delivery_id desc, source_row desc
    ) = 1
)

select
    touchpoint_id,
    source,
    source_touchpoint_id,
    record_id,
    occurred_at,
    channel,
    event_type,
    amount,
    currency,
    score,
    campaign,
    payload,
    delivery_id,
    source_file,
    source_row
from latest
order by touchpoint_id
