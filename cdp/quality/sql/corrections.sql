-- grain: one touchpoint and a record that its rows stated before it was corrected
-- key: touchpoint_id, record_id
-- reads: clean.rows
-- writes: clean.corrections
with stated as (
    select *
    from clean.rows
    where verdict = 'accepted' and touchpoint_id is not null and person_hash is not null
),

-- Nearly all touchpoints state one record for ever, and need not be put in order.
several as (
    select touchpoint_id
    from stated
    group by touchpoint_id
    having min(record_id) < max(record_id)
),

told as (
    select s.*
    from stated as s
    join several as t on s.touchpoint_id = t.touchpoint_id
),

latest as (
    select *
    from told
    qualify row_number() over (
        partition by touchpoint_id order by delivered_at desc, delivery_id desc, source_row desc
    ) = 1
)

select distinct
    t.touchpoint_id,
    t.record_id,
    l.record_id as latest_record_id
from told as t
join latest as l on t.touchpoint_id = l.touchpoint_id
-- A person with a key of their own is there without this event.
where t.is_inline and t.record_id <> l.record_id
    -- Silence takes no refusal back, so the record that refused stands.
    and (coalesce(t.email_consent, true) or l.email_consent is not null)
    and (coalesce(t.sms_consent, true) or l.sms_consent is not null)
    and (coalesce(t.phone_consent, true) or l.phone_consent is not null)
    and (coalesce(t.post_consent, true) or l.post_consent is not null)
order by t.touchpoint_id, t.record_id
