-- grain: one attribute of one golden record: where its value came from
-- key: customer_id, attribute
-- reads: profile.claims
-- writes: profile.attribute_sources
with supported as (
    select
        *,
        count(*) over (partition by customer_id, attribute, value) as support,
        count(*) over (partition by customer_id, attribute) as claim_count
    from profile.claims
),

ranked as (
    select
        *,
        row_number() over (
            partition by customer_id, attribute
            order by fullness desc, trust desc, observed_at desc, support desc, value, record_id
        ) as position
    from supported
),

winners as (
    select *
    from ranked
    where position = 1
),

-- The best claim of another value says which rule it lost by.
rivals as (
    select r.*
    from ranked as r
    join winners as w
        on r.customer_id = w.customer_id and r.attribute = w.attribute and r.value <> w.value
    qualify row_number() over (partition by r.customer_id, r.attribute order by r.position) = 1
),

losers as (
    select
        r.customer_id,
        r.attribute,
        cast(
            to_json(
                list(
                    struct_pack(
                        value := r.value,
                        source := r.source,
                        record_id := r.record_id,
                        observed_at := r.observed_at
                    ) order by r.position
                )
            ) as varchar
        ) as losers
    from ranked as r
    join winners as w
        on r.customer_id = w.customer_id and r.attribute = w.attribute and r.value <> w.value
    group by r.customer_id, r.attribute
),

explained as (
    select
        w.*,
        case
            when v.value is null then 'only claim'
            when w.fullness > v.fullness then 'fuller value'
            when w.trust > v.trust then 'source trust'
            when w.observed_at > v.observed_at then 'recency'
            when w.support > v.support then 'frequency'
            else 'tie'
        end as rule,
        coalesce(l.losers, '[]') as losers
    from winners as w
    left join rivals as v on w.customer_id = v.customer_id and w.attribute = v.attribute
    left join losers as l on w.customer_id = l.customer_id and w.attribute = l.attribute
),

-- An address survives whole: its parts are never mixed from two.
parts as (
    select
        * exclude (attribute, value),
        unnest(['street', 'unit', 'city', 'region', 'postcode', 'country']) as attribute,
        value as address
    from explained
    where attribute = 'address'
)

select
    customer_id,
    attribute,
    value,
    source,
    record_id,
    source_record_id,
    observed_at,
    rule,
    claim_count,
    losers
from explained
where attribute <> 'address'
union all by name
select
    customer_id,
    attribute,
    json_extract_string(address, '/' || attribute) as value,
    source,
    record_id,
    source_record_id,
    observed_at,
    rule,
    claim_count,
    losers
from parts
where json_extract_string(address, '/' || attribute) is not null
order by customer_id, attribute
