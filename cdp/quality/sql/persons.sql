-- grain: one distinct person as the source states one, normalised
-- key: person_hash
-- reads: mapped.rows
-- writes: mapped.persons
with first_rows as (
    -- Rows of one fingerprint state the same person, so any one of them serves.
    select
        delivery_id,
        source_row
    from mapped.rows
    where person_hash is not null and fault is null
    qualify row_number() over (partition by person_hash order by delivery_id, source_row) = 1
),

-- The functions cost by the call, and only sorted rows come to them in full portions.
stated as (
    select r.*
    from mapped.rows as r
    join first_rows as f on r.delivery_id = f.delivery_id and r.source_row = f.source_row
    order by r.person_hash
),

normalised as (
    select
        *,
        normal_emails(emails) as emails_found,
        normal_phones(phones, coalesce(normal_country(country), $default_region)) as phones_found,
        normal_devices(devices) as devices_found,
        normal_handles(handles) as handles_found,
        normal_name(full_name, given_name, middle_name, surname, title, suffix) as name,
        normal_address(address, street, unit, city, region, postcode, country, $default_region) as place,
        normal_birth_date(birth_date, $birth_date_order, $as_of) as born_on,
        normal_sex(sex) as sex_code,
        normal_text(company) as company_clean,
        normal_text(job_title) as job_title_clean,
        normal_language(language) as language_clean
    from stated
)

select
    person_hash,
    emails_found.usable as emails,
    phones_found.usable as phones,
    devices_found.usable as devices,
    handles_found.usable as handles,
    name.given_name as given_name,
    name.middle_name as middle_name,
    name.surname as surname,
    name.title as title,
    name.suffix as suffix,
    born_on as birth_date,
    sex_code as sex,
    place.street as street,
    place.unit as unit,
    place.city as city,
    place.region as region,
    place.postcode as postcode,
    place.country as country,
    company_clean as company,
    job_title_clean as job_title,
    language_clean as language,
    emails_found.refused as emails_refused,
    count_disposable(emails_found.usable) as emails_disposable,
    phones_found.refused as phones_refused,
    birth_date is not null and born_on is null as birth_date_refused
from normalised
order by person_hash
