-- grain: one record that states the very same as many others do: each with the smallest of them
-- key: record_l, record_r
-- reads: identity.records, identity.attributes
-- writes: work.alike
-- All pairs of so many records would be too many to weigh, and none of them could differ.
with crowded as (
    select
        emails,
        phones
    from identity.records
    where len(emails) > 0 or len(phones) > 0
    group by emails, phones
    having count(*) > $most_alike
),

own as (
    select
        record_id,
        list(attribute || '=' || value order by attribute, value) as attributes
    from identity.attributes
    group by record_id
),

placed as (
    select
        r.record_id,
        min(r.record_id) over same as first_id,
        count(*) over same as records
    from identity.records as r
    join crowded as c on r.emails = c.emails and r.phones = c.phones
    left join own as o on r.record_id = o.record_id
    where r.given_name <> '' and r.surname <> ''
        and not list_contains(string_split($sources_without_duplicates, ','), r.source)
    window same as (
        partition by
            r.given_name, r.middle_name, r.surname, r.suffix, r.birth_date, r.sex, r.street, r.unit,
            r.city, r.region, r.postcode, r.company, r.emails, r.phones, r.devices, r.handles,
            o.attributes
    )
)

select
    first_id as record_l,
    record_id as record_r
from placed
where first_id < record_id and records > $most_alike
order by first_id, record_id
