-- grain: the current version of one record, as matching reads it
-- key: record_id
-- reads: clean.records, identity.identifiers
-- writes: identity.records
with pointing as (
    select
        record_id,
        list(value order by value) filter (where kind = 'email') as emails,
        list(value order by value) filter (where kind = 'phone') as phones,
        list(value order by value) filter (where kind = 'device') as devices,
        list(value order by value) filter (where kind = 'handle') as handles,
        list(value order by value) filter (where kind = 'customer_key') as keys
    from identity.identifiers
    where not is_generic
    group by record_id
)

select
    r.record_id,
    r.source,
    r.source_record_id,
    r.is_inline,
    matching_text(r.given_name) as given_name,
    matching_text(r.middle_name) as middle_name,
    matching_text(r.surname) as surname,
    r.suffix,
    r.birth_date,
    r.sex,
    matching_street(r.street) as street,
    matching_text(r.unit) as unit,
    matching_text(r.city) as city,
    matching_text(r.region) as region,
    r.postcode,
    matching_company(r.company) as company,
    coalesce(p.emails, []::varchar[]) as emails,
    coalesce(p.phones, []::varchar[]) as phones,
    coalesce(p.devices, []::varchar[]) as devices,
    coalesce(p.handles, []::varchar[]) as handles,
    coalesce(p.keys, []::varchar[]) as keys
from clean.records as r
left join pointing as p on r.record_id = p.record_id
where r.is_current
order by r.record_id
