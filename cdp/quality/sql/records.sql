-- grain: one version of what one source says of one person
-- key: record_id, version
-- reads: clean.rows, clean.corrections, ops.deliveries
-- writes: clean.records
with stated as (
    select *
    from clean.rows
    where verdict = 'accepted' and person_hash is not null
),

-- A version lasts while a source repeats it; it begins where the row before says otherwise.
ordered as (
    select
        *,
        lag(person_hash) over (
            partition by record_id order by observed_at, delivered_at, delivery_id, source_row
        ) as former_hash
    from stated
),

numbered as (
    select
        *,
        sum(case when former_hash = person_hash then 0 else 1 end) over (
            partition by record_id order by observed_at, delivered_at, delivery_id, source_row
            rows between unbounded preceding and current row
        ) as version
    from ordered
),

versions as (
    select
        *,
        -- A person in an event is stated anew by each event; a list only repeats itself.
        case when is_inline then max(observed_at) over (partition by record_id, version) else observed_at end
            as seen_at,
        max(version) over (partition by record_id) as last_version
    from numbered
    qualify row_number() over (
        partition by record_id, version order by observed_at, delivered_at, delivery_id, source_row
    ) = 1
),

-- A refusal stands until the record itself says otherwise: a version that says nothing of a
-- channel, as where the column is gone, takes none back.
answered as (
    select
        v.*,
        last_value(email_consent ignore nulls) over earlier as email_answer,
        last_value(sms_consent ignore nulls) over earlier as sms_answer,
        last_value(phone_consent ignore nulls) over earlier as phone_answer,
        last_value(post_consent ignore nulls) over earlier as post_answer
    from versions as v
    window earlier as (
        partition by record_id order by version rows between unbounded preceding and current row
    )
),

-- Who is missing from the latest whole list has left.
whole_lists as (
    select
        source,
        max(delivered_at) as delivered_at
    from ops.deliveries
    -- A few mended rows are no list.
    where status = 'accepted' and mends is null and list_contains(string_split($full_refresh, ','), source)
    group by source
),

-- Whose row broke a rule is on the list nonetheless: a bad cell sends nobody away.
last_listed as (
    select
        r.record_id,
        max(r.delivered_at) as delivered_at,
        -- Whom events alone stated, all of which mean somebody else by now, is there no more.
        bool_or(r.verdict = 'accepted' and c.record_id is null) as is_meant
    from clean.rows as r
    join ops.deliveries as d on r.delivery_id = d.delivery_id
    left join clean.corrections as c on r.touchpoint_id = c.touchpoint_id and r.record_id = c.record_id
    -- An event that refers to a person does not list them: it states none.
    where d.status = 'accepted' and r.person_hash is not null and r.verdict in ('accepted', 'quarantined')
    group by r.record_id
)

select
    v.record_id,
    v.version,
    v.version = v.last_version
        and l.is_meant
        and coalesce(l.delivered_at >= w.delivered_at, true) as is_current,
    v.source,
    v.source_record_id,
    v.is_inline,
    v.seen_at as observed_at,
    v.delivery_id,
    v.source_file,
    v.source_row,
    v.emails,
    v.phones,
    v.devices,
    v.handles,
    v.keys,
    v.given_name,
    v.middle_name,
    v.surname,
    v.title,
    v.suffix,
    v.birth_date,
    v.sex,
    v.street,
    v.unit,
    v.city,
    v.region,
    v.postcode,
    v.country,
    v.company,
    v.job_title,
    v.language,
    coalesce(v.email_consent, case when not v.email_answer then false end) as email_consent,
    coalesce(v.sms_consent, case when not v.sms_answer then false end) as sms_consent,
    coalesce(v.phone_consent, case when not v.phone_answer then false end) as phone_consent,
    coalesce(v.post_consent, case when not v.post_answer then false end) as post_consent,
    v.attributes,
    v.stated
from answered as v
join last_listed as l on v.record_id = l.record_id
left join whole_lists as w on v.source = w.source
order by v.record_id, v.version
