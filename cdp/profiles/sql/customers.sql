-- grain: one customer: the golden record
-- key: customer_id
-- reads: clean.records, clean.touchpoints, identity.members, identity.links, identity.households, profile.attribute_sources
-- writes: profile.customers
with current_records as (
    select
        m.customer_id,
        r.*,
        coalesce(cast(json_extract_string($trust, '/' || r.source) as bigint), 5) as trust
    from clean.records as r
    join identity.members as m on r.record_id = m.record_id and m.valid_to is null
    where r.is_current
),

golden as (
    select
        customer_id,
        max(value) filter (attribute = 'given_name') as given_name,
        max(value) filter (attribute = 'middle_name') as middle_name,
        max(value) filter (attribute = 'surname') as surname,
        max(value) filter (attribute = 'title') as title,
        max(value) filter (attribute = 'suffix') as suffix,
        cast(max(value) filter (attribute = 'birth_date') as date) as birth_date,
        max(value) filter (attribute = 'sex') as sex,
        max(value) filter (attribute = 'email') as email,
        max(value) filter (attribute = 'phone') as phone,
        max(value) filter (attribute = 'street') as street,
        max(value) filter (attribute = 'unit') as unit,
        max(value) filter (attribute = 'city') as city,
        max(value) filter (attribute = 'region') as region,
        max(value) filter (attribute = 'postcode') as postcode,
        max(value) filter (attribute = 'country') as country,
        max(value) filter (attribute = 'company') as company,
        max(value) filter (attribute = 'job_title') as job_title,
        max(value) filter (attribute = 'language') as language
    from profile.attribute_sources
    group by customer_id
),

touches as (
    select
        m.customer_id,
        count(*) as touchpoint_count,
        min(t.occurred_at) as first_at,
        max(t.occurred_at) as last_at
    from clean.touchpoints as t
    join identity.members as m on t.record_id = m.record_id and m.valid_to is null
    group by m.customer_id
),

-- Whether a customer holds together is decided by the weakest link that it cannot do without.
held_together as (
    select
        m.customer_id,
        weakest_link(list(l.record_l), list(l.record_r), list(l.match_probability)) as probability
    from identity.links as l
    join identity.members as m on l.record_l = m.record_id and m.valid_to is null
    where l.status = 'accepted'
    group by m.customer_id
),

people as (
    select
        r.customer_id,
        bool_or(
            case
                when len(r.emails) + len(r.phones) + len(r.handles) > 0 then true
                when r.given_name is not null or r.surname is not null then true
                when len(r.keys) = 0 then false
                -- A list without an id is keyed by an email, a phone, a cookie or a name. Such a key
                -- says no more than that value does, and that one is of no use here.
                else len(list_filter(
                    flatten(list_transform(
                        r.keys, lambda key: string_split(substr(key, instr(key, ':') + 1), '|')
                    )),
                    lambda part: part <> '' and not contains(
                        coalesce(cast(json_extract(r.stated, [
                            '/emails', '/phones', '/devices', '/handles', '/full_name', '/given_name', '/surname'
                        ]) as varchar), ''),
                        cast(to_json(part) as varchar)
                    )
                )) > 0
            end
        ) as is_identified,
        list_sort(list_distinct(flatten(list(r.emails)))) as emails,
        list_sort(list_distinct(flatten(list(r.phones)))) as phones,
        bool_and(r.email_consent) as email_consent,
        bool_and(r.sms_consent) as sms_consent,
        bool_and(r.phone_consent) as phone_consent,
        bool_and(r.post_consent) as post_consent,
        list_sort(list(distinct r.source)) as sources,
        count(*) as record_count,
        min(r.observed_at) as first_at,
        max(r.observed_at) as last_at,
        case when count(*) = 1 then 1.0 else coalesce(min(w.probability), 0.0) end as identity_confidence
    from current_records as r
    left join held_together as w on r.customer_id = w.customer_id
    group by r.customer_id
),

keyed as (
    select
        customer_id,
        trust,
        observed_at,
        record_id,
        attributes,
        unnest(json_keys(attributes)) as name
    from current_records
    where attributes is not null
),

own as (
    select
        *,
        json_extract(attributes, '/' || replace(replace(name, '~', '~0'), '/', '~1')) as value
    from keyed
    qualify row_number() over (
        partition by customer_id, name order by trust desc, observed_at desc, record_id
    ) = 1
),

attributes as (
    select
        customer_id,
        cast(to_json(map(list(name order by name), list(value order by name))) as varchar) as attributes
    from own
    group by customer_id
)

select
    p.customer_id,
    case when p.is_identified then 'identified' else 'anonymous' end as kind,
    h.household_id,
    g.* exclude (customer_id),
    coalesce(p.emails, cast([] as varchar[])) as emails,
    coalesce(p.phones, cast([] as varchar[])) as phones,
    p.email_consent,
    p.sms_consent,
    p.phone_consent,
    p.post_consent,
    p.sources,
    p.record_count,
    coalesce(t.touchpoint_count, 0) as touchpoint_count,
    least(p.first_at, coalesce(t.first_at, p.first_at)) as first_seen_at,
    greatest(p.last_at, coalesce(t.last_at, p.last_at)) as last_seen_at,
    p.identity_confidence,
    coalesce(a.attributes, '{}') as attributes
from people as p
left join golden as g on p.customer_id = g.customer_id
left join identity.households as h on p.customer_id = h.customer_id
left join touches as t on p.customer_id = t.customer_id
left join attributes as a on p.customer_id = a.customer_id
order by p.customer_id
