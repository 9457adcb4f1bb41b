-- grain: one pair of records that share a declared key: each with the smallest of the key
-- key: record_l, record_r
-- reads: identity.identifiers
-- writes: work.declared
with shared as (
    select
        value,
        record_id,
        min(record_id) over (partition by value) as first_id
    from identity.identifiers
    where kind = 'customer_key' and not is_generic
)

select
    first_id as record_l,
    record_id as record_r,
    min(string_split(value, ':')[1]) as namespace
from shared
where first_id < record_id
group by first_id, record_id
order by first_id, record_id
