-- grain: one record, in the pieces of its fields that blocking rules put together; no list repeats itself
-- key: record_id
-- reads: work.features
-- writes: work.block_parts
select
    record_id,
    emails as email,
    phones as phone,
    devices as device,
    handles as handle,
    list_distinct(locals) as mailbox_name,
    list_distinct(
        list_transform(emails, lambda e: regexp_replace(string_split(e, '@')[1], '[^a-z0-9]', '', 'g'))
    ) as plain_mailbox,
    list_distinct(list_transform(emails, lambda e: string_split(e, '@')[2])) as email_domain,
    list_distinct(list_transform(phones, lambda p: right(p, 6))) as phone_end,
    -- A short form may stand for several names: it is looked for under each of them.
    case when length(given) > 1 then given_forms end as first_name,
    substr(given, 1, 1) as initial,
    substr(given, 1, 3) as first_letters,
    substr(middle, 1, 1) as middle_initial,
    surname,
    substr(surname, 1, 1) as surname_initial,
    substr(surname, 1, 4) as surname_letters,
    list_transform(given_forms, lambda f: least(f, surname) || ' ' || greatest(f, surname)) as full_name,
    least(substr(given, 1, 1), substr(surname, 1, 1)) || greatest(substr(given, 1, 1), substr(surname, 1, 1))
        as initials,
    consonants(given) as like_first_name,
    consonants(surname) as like_surname,
    least(consonants(given), consonants(surname)) || ' ' || greatest(consonants(given), consonants(surname))
        as like_full_name,
    birth_date,
    substr(birth_date, 1, 4) as birth_year,
    substr(birth_date, 1, 7) as birth_month,
    substr(birth_date, 6, 5) as birthday,
    sex,
    street,
    street_number,
    street_name,
    string_split(street_name, ' ')[1] as street_word,
    consonants(street_name) as like_street,
    unit,
    city,
    postcode,
    company
from work.features
