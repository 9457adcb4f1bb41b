-- grain: one record, one field, one value that rules of the project may read
-- key: record_id, field, value
-- reads: identity.records, identity.attributes
-- writes: work.stated
with told as (
    select record_id, 'email' as field, unnest(emails) as value from identity.records
    union all
    select record_id, 'phone' as field, unnest(phones) as value from identity.records
    union all
    select record_id, 'device' as field, unnest(devices) as value from identity.records
    union all
    select record_id, 'handle' as field, unnest(handles) as value from identity.records
    union all
    select record_id, 'given_name' as field, given_name as value from identity.records
    union all
    select record_id, 'middle_name' as field, middle_name as value from identity.records
    union all
    select record_id, 'surname' as field, surname as value from identity.records
    union all
    select record_id, 'suffix' as field, suffix as value from identity.records
    union all
    select record_id, 'birth_date' as field, cast(birth_date as varchar) as value from identity.records
    union all
    select record_id, 'sex' as field, sex as value from identity.records
    union all
    select record_id, 'company' as field, company as value from identity.records
    union all
    select record_id, 'street' as field, street as value from identity.records
    union all
    select record_id, 'unit' as field, unit as value from identity.records
    union all
    select record_id, 'city' as field, city as value from identity.records
    union all
    select record_id, 'region' as field, region as value from identity.records
    union all
    select record_id, 'postcode' as field, postcode as value from identity.records
    union all
    select record_id, attribute as field, value from identity.attributes
),

keyed as (
    select record_id, unnest(keys) as key
    from identity.records
)

select
    record_id,
    field,
    value,
    false as is_key
from told
where value is not null and list_contains(string_split($fields, ','), field)
union all
select
    record_id,
    string_split(key, ':')[1] as field,
    substr(key, strpos(key, ':') + 1) as value,
    true as is_key
from keyed
order by record_id, field, value
