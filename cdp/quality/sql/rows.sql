-- grain: one row of an accepted, held or revoked delivery, cleaned and judged
-- key: delivery_id, source_row
-- reads: mapped.checked, mapped.failures
-- writes: clean.rows
with rejected as (
    -- Of several broken rules the first by name is the row's reason; quarantine lists them all.
    select
        delivery_id,
        source_row,
        min(rule) as rule
    from mapped.failures
    where severity = 'critical'
    group by delivery_id, source_row
),

judged as (
    select
        c.*,
        case
            when list_contains(string_split($revoked, ','), c.delivery_id) then 'held'
            when f.rule is not null then 'quarantined'
            when c.set_aside is not null then 'set_aside'
            when list_contains(string_split($held, ','), c.delivery_id) then 'held'
            else 'accepted'
        end as verdict,
        case
            when list_contains(string_split($revoked, ','), c.delivery_id) then 'delivery_revoked'
            when f.rule is not null then f.rule
            when c.set_aside is not null then c.set_aside
            when list_contains(string_split($held, ','), c.delivery_id) then 'delivery_held'
        end as verdict_reason,
        case
            when c.ref_source is not null then c.ref_key
            when c.record_key is not null then c.record_key
            -- A lookup table without a key is known by what its rows say.
            when $holds = 'reference' then c.content_hash
            when c.person_hash is not null then 'person:' || c.person_hash
        end as person_key,
        $holds in ('people', 'both') as states_attributes
    from mapped.checked as c
    left join rejected as f on c.delivery_id = f.delivery_id and c.source_row = f.source_row
)

select
    delivery_id,
    source,
    source_file,
    source_row,
    delivered_at,
    verdict,
    verdict_reason as reason,
    person_key as source_record_id,
    case when person_key is not null and $holds <> 'reference' then stable_id(coalesce(ref_source, source) || '|' || person_key) end as record_id,
    ref_source is null and record_key is null and person_hash is not null as is_inline,
    case when $holds in ('events', 'both') then touchpoint_key end as source_touchpoint_id,
    case when $holds in ('events', 'both') then stable_id(source || '|' || touchpoint_key) end as touchpoint_id,
    -- The person of an event was seen so when the event happened.
    coalesce(observed_at, case when $holds = 'events' then occurred_at end, delivered_at) as observed_at,
    occurred_at,
    channel,
    event_type,
    amount,
    currency,
    score,
    campaign,
    emails,
    phones,
    devices,
    handles,
    keys,
    given_name,
    middle_name,
    surname,
    title,
    suffix,
    birth_date,
    sex,
    street,
    unit,
    city,
    region,
    postcode,
    country,
    company,
    job_title,
    language,
    email_consent,
    sms_consent,
    phone_consent,
    post_consent,
    case
        when $holds = 'reference' then extra
        when states_attributes then cast(json_merge_patch(coalesce(extra, '{}'), declared) as varchar)
        else declared
    end as attributes,
    case when $holds in ('events', 'both') then extra end as payload,
    stated,
    case
        when ref_source is not null or person_key is null or $holds = 'reference' then null
        when states_attributes then md5(stated || coalesce(extra, ''))
        else md5(stated)
    end as person_hash,
    content_hash
from judged
