-- grain: one count of records, of statements or of likely pairs, as they are now
-- key: model_id, figure, subject, source, band
-- reads: identity.records, identity.identifiers, identity.attributes, identity.scored_pairs
-- writes: model.counts
with by_source as (
    select
        source,
        count(*) as records,
        count(given_name) as given_name,
        count(surname) as surname,
        count(birth_date) as birth_date,
        count(sex) as sex,
        count(street) as street,
        count(city) as city,
        count(postcode) as postcode,
        count(company) as company,
        count(*) filter (len(emails) > 0) as email,
        count(*) filter (len(phones) > 0) as phone,
        count(*) filter (len(devices) > 0) as device,
        count(*) filter (len(handles) > 0) as handle,
        count(*) filter (len(keys) > 0) as customer_key
    from identity.records
    group by source
),

-- No source is called by an empty name: it stands for all.
stated_by_source as (
    select source, 'given_name' as subject, given_name as counted, records from by_source
    union all
    select source, 'surname' as subject, surname as counted, records from by_source
    union all
    select source, 'birth_date' as subject, birth_date as counted, records from by_source
    union all
    select source, 'sex' as subject, sex as counted, records from by_source
    union all
    select source, 'street' as subject, street as counted, records from by_source
    union all
    select source, 'city' as subject, city as counted, records from by_source
    union all
    select source, 'postcode' as subject, postcode as counted, records from by_source
    union all
    select source, 'company' as subject, company as counted, records from by_source
    union all
    select source, 'email' as subject, email as counted, records from by_source
    union all
    select source, 'phone' as subject, phone as counted, records from by_source
    union all
    select source, 'device' as subject, device as counted, records from by_source
    union all
    select source, 'handle' as subject, handle as counted, records from by_source
    union all
    select source, 'customer_key' as subject, customer_key as counted, records from by_source
),

identifiers as (
    select
        kind,
        count(*) as statements,
        -- Within a few per cent and in a sixth of the time: a million records must not cost seconds.
        approx_count_distinct(value) as distinct_values,
        count(*) filter (is_generic) as generic_statements
    from identity.identifiers
    group by kind
),

attributes as (
    select
        c.attribute,
        count(a.record_id) as counted
    from (select unnest(string_split($attributes, chr(10))) as attribute) as c
    left join identity.attributes as a on c.attribute = a.attribute
    where c.attribute <> ''
    group by c.attribute
),

-- Of the model's own pairs: what a declared key weighs never moves. Lighter ones are mostly pairs by
-- chance, of which a store that grows has ever more.
weights as (
    select
        cast(floor(match_weight / $band_bits) * $band_bits as bigint) as band,
        count(*) as counted
    from identity.scored_pairs
    where kind = 'probabilistic' and match_weight >= 0
    group by band
),

counts as (
    select 'stated' as figure, subject, source, 0 as band, counted, records as total
    from stated_by_source
    union all
    select 'stated' as figure, subject, '' as source, 0 as band, sum(counted) as counted, sum(records) as total
    from stated_by_source
    group by subject
    union all
    select
        'stated' as figure, attribute as subject, '' as source, 0 as band, counted,
        (select count(*) from identity.records) as total
    from attributes
    union all
    select
        'distinct' as figure, kind as subject, '' as source, 0 as band, least(distinct_values, statements) as counted,
        statements as total
    from identifiers
    union all
    select
        'generic' as figure, kind as subject, '' as source, 0 as band, generic_statements as counted,
        statements as total
    from identifiers
    union all
    select
        'match_weight' as figure, 'pairs' as subject, '' as source, band, counted, sum(counted) over () as total
    from weights
)

select
    $model_id as model_id,
    figure,
    subject,
    source,
    band,
    cast(counted as bigint) as counted,
    cast(total as bigint) as total
from counts
order by figure, subject, source, band
