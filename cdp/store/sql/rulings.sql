-- grain: one pair of current records that a steward ruled on, the ruling that the run read
-- key: record_l, record_r
-- reads: identity.rulings, identity.records
-- writes: published.rulings
select
    r.*,
    a.source as source_l,
    a.source_record_id as source_record_id_l,
    b.source as source_r,
    b.source_record_id as source_record_id_r
from identity.rulings as r
join identity.records as a on r.record_l = a.record_id
join identity.records as b on r.record_r = b.record_id
order by r.record_l, r.record_r
