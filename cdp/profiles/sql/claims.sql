-- grain: one customer, one attribute, one record that states a value of it
-- key: customer_id, attribute, record_id
-- reads: clean.records, identity.members, identity.identifiers
-- writes: profile.claims
with current_records as (
    select
        m.customer_id,
        r.*,
        coalesce(cast(json_extract_string($trust, '/' || r.source) as bigint), 5) as trust
    from clean.records as r
    join identity.members as m on r.record_id = m.record_id and m.valid_to is null
    where r.is_current
),

-- Switchboards and role mailboxes: they reach someone, but not this person alone.
generic as (
    select distinct
        record_id,
        kind,
        value
    from identity.identifiers
    where is_generic
),

stated as (
    select
        customer_id,
        source,
        source_record_id,
        record_id,
        observed_at,
        trust,
        unnest([
            struct_pack(attribute := 'given_name', value := given_name),
            struct_pack(attribute := 'middle_name', value := middle_name),
            struct_pack(attribute := 'surname', value := surname),
            struct_pack(attribute := 'title', value := title),
            struct_pack(attribute := 'suffix', value := suffix),
            struct_pack(attribute := 'birth_date', value := cast(birth_date as varchar)),
            struct_pack(attribute := 'sex', value := sex),
            struct_pack(attribute := 'email', value := emails[1]),
            struct_pack(attribute := 'phone', value := phones[1]),
            struct_pack(
                attribute := 'address',
                value := case
                    when coalesce(street, postcode, city) is not null
                        then cast(
                            to_json(
                                struct_pack(
                                    street := street,
                                    unit := unit,
                                    city := city,
                                    region := region,
                                    postcode := postcode,
                                    country := country
                                )
                            ) as varchar
                        )
                end
            ),
            struct_pack(attribute := 'company', value := company),
            struct_pack(attribute := 'job_title', value := job_title),
            struct_pack(attribute := 'language', value := language)
        ]) as claim
    from current_records
)

select
    s.customer_id,
    s.claim.attribute as attribute,
    s.record_id,
    s.source,
    s.source_record_id,
    s.observed_at,
    s.trust,
    s.claim.value as value,
    -- An initial says less than the name that it begins, an address less without its street.
    case
        when s.claim.attribute in ('given_name', 'middle_name')
            and length(replace(s.claim.value, '.', '')) = 1 then 0
        when s.claim.attribute = 'address' and json_extract_string(s.claim.value, '/street') is null then 0
        when g.value is not null then 0
        else 1
    end as fullness
from stated as s
left join generic as g
    on s.record_id = g.record_id and s.claim.attribute = g.kind and s.claim.value = g.value
where s.claim.value is not null
order by s.customer_id, attribute, s.record_id
