-- grain: one pair of records and what was decided about it
-- key: record_l, record_r
-- reads: identity.links, identity.records, identity.members
-- writes: published.links
select
    l.*,
    a.source as source_l,
    a.source_record_id as source_record_id_l,
    b.source as source_r,
    b.source_record_id as source_record_id_r,
    ma.customer_id as customer_id_l,
    mb.customer_id as customer_id_r
from identity.links as l
join identity.records as a on l.record_l = a.record_id
join identity.records as b on l.record_r = b.record_id
left join identity.members as ma on l.record_l = ma.record_id and ma.valid_to is null
left join identity.members as mb on l.record_r = mb.record_id and mb.valid_to is null
order by l.record_l, l.record_r
