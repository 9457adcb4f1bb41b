-- grain: one record under one key of one blocking rule
-- key: rule, block, record_id
-- reads: work.features
-- writes: work.block_keys
with parts as (
    select
        *,
        substr(given, 1, 1) as g1,
        substr(given, 1, 3) as g3,
        substr(surname, 1, 1) as s1,
        substr(surname, 1, 3) as s3,
        substr(surname, 1, 4) as s4,
        substr(birth_date, 1, 4) as birth_year,
        substr(birth_date, 6, 5) as birth_day,
        string_split(street, ' ')[2] as street_name,
        given_forms[1] as formal,
        case when length(given) > 1 then given end as full_given
    from work.features
),

keyed as (
    select record_id, 'email' as rule, unnest(emails) as block from parts
    union all
    select record_id, 'phone' as rule, unnest(phones) as block from parts
    union all
    select record_id, 'device' as rule, unnest(devices) as block from parts
    union all
    select record_id, 'handle' as rule, unnest(handles) as block from parts
    union all
    select record_id, 'mailbox name' as rule, unnest(locals) as block from parts
    union all
    select record_id, 'last digits of phone, initial' as rule, right(unnest(phones), 6) || '|' || g1 as block
    from parts
    union all
    select record_id, 'name, birth date' as rule, concat_ws('|', g3, s3, birth_date) as block
    from parts where given is not null and surname is not null and birth_date is not null
    union all
    select record_id, 'first name, birth date' as rule, formal || '|' || birth_date as block from parts
    union all
    select record_id, 'surname, birth date' as rule, surname || '|' || birth_date as block from parts
    union all
    select record_id, 'birth date, postcode' as rule, birth_date || '|' || postcode as block from parts
    union all
    select record_id, 'initials, birth date' as rule,
        least(g1, s1) || greatest(g1, s1) || '|' || birth_date as block from parts
    union all
    select record_id, 'full name, birth year' as rule, formal || '|' || surname || '|' || birth_year as block
    from parts
    union all
    select record_id, 'full name, birthday' as rule, g3 || '|' || s3 || '|' || birth_day as block from parts
    union all
    select record_id, 'full name, postcode' as rule, formal || '|' || s3 || '|' || postcode as block from parts
    union all
    select record_id, 'full name, city' as rule, g3 || '|' || s4 || '|' || city as block from parts
    union all
    select record_id, 'initial, surname, postcode' as rule, g1 || '|' || surname || '|' || postcode as block
    from parts
    union all
    select record_id, 'full name' as rule,
        least(formal, surname) || '|' || greatest(formal, surname) as block
    from parts where full_given is not null
    union all
    select record_id, 'full name, middle initial' as rule, formal || '|' || surname || '|' || middle as block
    from parts where full_given is not null
    union all
    select record_id, 'street, postcode' as rule, street || '|' || postcode as block from parts
    union all
    select record_id, 'street, city' as rule, street || '|' || city as block from parts
    union all
    select record_id, 'first name, street' as rule, formal || '|' || street as block from parts
    union all
    select record_id, 'surname, street' as rule, s4 || '|' || street as block from parts
    union all
    select record_id, 'name, house number, postcode' as rule,
        concat_ws('|', g1, s3, street_number, postcode) as block
    from parts where given is not null and surname is not null and street_number <> '' and postcode is not null
    union all
    select record_id, 'name, house number, street' as rule,
        concat_ws('|', g3, street_number, street_name) as block
    from parts where given is not null and street_number <> '' and street_name <> ''
    union all
    select record_id, 'surname, postcode' as rule, s4 || '|' || postcode as block from parts
    union all
    select record_id, 'first name, postcode' as rule, formal || '|' || postcode as block
    from parts where full_given is not null
    union all
    select record_id, 'first name' as rule, formal as block from parts where full_given is not null
    union all
    select record_id, 'surname' as rule, surname as block from parts
    union all
    select record_id, 'birth date' as rule, birth_date as block from parts
    union all
    select record_id, 'birthday, city' as rule, birth_day || '|' || city as block from parts
    union all
    select record_id, 'initials, birth year, city' as rule,
        least(g1, s1) || greatest(g1, s1) || '|' || birth_year || '|' || city as block
    from parts
    union all
    select record_id, 'first name, city' as rule, formal || '|' || city as block
    from parts where full_given is not null
    union all
    select record_id, 'surname, city' as rule, surname || '|' || city as block from parts
    union all
    select record_id, 'name, company' as rule, g1 || '|' || s4 || '|' || company as block from parts
    union all
    select record_id, 'first name, company' as rule, formal || '|' || company as block from parts
)

select distinct
    rule,
    stable_id(rule || '|' || block) as block,
    record_id
from keyed
where block is not null
