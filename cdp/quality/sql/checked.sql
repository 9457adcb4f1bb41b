-- grain: one mapped row with its values parsed, as the rules look at it
-- key: delivery_id, source_row
-- reads: mapped.rows, mapped.persons
-- writes: mapped.checked
with parsed as (
    select
        *,
        normal_instant(observed_at_stated, $observed_timezone, $observed_format) as observed,
        normal_instant(occurred_at_stated, $occurred_timezone, $occurred_format) as occurred,
        normal_amount(amount_stated, $amount_unit) as money,
        try_cast(score_stated as double) as rating
    from mapped.rows
)

select
    r.delivery_id,
    r.source,
    r.source_file,
    r.source_row,
    r.delivered_at,
    r.fault,
    r.set_aside,
    r.record_key,
    r.touchpoint_key,
    r.ref_key,
    r.person_hash,
    r.observed as observed_at,
    case when r.observed_at_stated is not null then r.observed is not null end as is_observed_at_read,
    r.occurred as occurred_at,
    r.channel,
    r.event_type,
    r.money as amount,
    upper(r.currency) as currency,
    case when isfinite(r.rating) then r.rating end as score,
    r.campaign,
    r.occurred_at_stated is not null as is_occurred_at_stated,
    case when r.amount_stated is not null then r.money is not null end as is_amount_read,
    case when r.score_stated is not null then coalesce(isfinite(r.rating), false) end as is_score_read,
    coalesce(p.emails, cast([] as varchar[])) as emails,
    coalesce(p.phones, cast([] as varchar[])) as phones,
    coalesce(p.devices, cast([] as varchar[])) as devices,
    coalesce(p.handles, cast([] as varchar[])) as handles,
    p.given_name,
    p.middle_name,
    p.surname,
    p.title,
    p.suffix,
    p.birth_date,
    p.sex,
    p.street,
    p.unit,
    p.city,
    p.region,
    p.postcode,
    p.country,
    p.company,
    p.job_title,
    p.language,
    r.email_consent,
    r.sms_consent,
    r.phone_consent,
    r.post_consent,
    p.emails_refused,
    p.emails_disposable,
    p.phones_refused,
    p.birth_date_refused,
    r.keys,
    r.declared,
    r.ref_source,
    r.extra,
    r.stated,
    r.content_hash
from parsed as r
left join mapped.persons as p on r.person_hash = p.person_hash
