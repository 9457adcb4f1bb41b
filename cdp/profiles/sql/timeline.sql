-- grain: one touchpoint of one customer, in the order of time
-- key: touchpoint_id
-- reads: clean.touchpoints, identity.members
-- writes: profile.timeline
select
    m.customer_id,
    row_number() over (partition by m.customer_id order by t.occurred_at, t.touchpoint_id) as position,
    t.touchpoint_id,
    t.source,
    t.source_touchpoint_id,
    t.record_id,
    t.occurred_at,
    t.channel,
    t.event_type,
    t.amount,
    t.currency,
    t.score,
    t.campaign,
    t.payload
from clean.touchpoints as t
join identity.members as m on t.record_id = m.record_id and m.valid_to is null
order by m.customer_id, position
