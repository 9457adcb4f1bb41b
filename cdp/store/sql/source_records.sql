-- grain: one row of a delivery: what became of it and whose it is
-- key: delivery_id, source_row
-- reads: clean.dispositions, clean.records, identity.members
-- writes: published.source_records
with known as (
    select distinct record_id
    from clean.records
)

select
    d.* replace (
        case
            when d.disposition not in ('accepted', 'duplicate') then d.reason
            when m.customer_id is not null then d.reason
            when d.record_id is null then 'states_no_person'
            when k.record_id is null then 'person_not_delivered'
            else 'person_left_its_source'
        end as reason
    ),
    m.customer_id
from clean.dispositions as d
left join known as k on d.record_id = k.record_id
left join identity.members as m on d.record_id = m.record_id and m.valid_to is null
order by d.delivery_id, d.source_row
