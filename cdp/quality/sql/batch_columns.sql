-- grain: one column of one delivery: what came in it
-- key: delivery_id, place, column
-- reads: raw.source, mapped.checked, ops.deliveries
-- writes: ops.batch_columns
with cleaned as (
    select
        delivery_id,
        header,
        -- Rows of a large file are taken by their line, spread out by Knuth's multiplier, so that
        -- the same ones are looked at each time.
        4294967296 * least(1.0, $most_rows / greatest(rows_read, 1)) as until
    from ops.deliveries
    where list_contains(string_split($deliveries, ','), delivery_id)
),

rows_as_they_came as materialized (
    select
        r.delivery_id,
        r.fields
    from raw.source as r
    join cleaned as c on r.delivery_id = c.delivery_id
    where r.fields is not null and (r.source_row * 2654435761) % 4294967296 < c.until
),

rows_as_read as materialized (
    select
        r.delivery_id,
        r.declared,
        list_filter(
            [
                {'name': 'record_key', 'cell': r.record_key},
                {'name': 'touchpoint_key', 'cell': r.touchpoint_key},
                {'name': 'ref_key', 'cell': r.ref_key},
                {'name': 'observed_at', 'cell': cast(r.observed_at as varchar)},
                {'name': 'occurred_at', 'cell': cast(r.occurred_at as varchar)},
                {'name': 'channel', 'cell': r.channel},
                {'name': 'event_type', 'cell': r.event_type},
                {'name': 'amount', 'cell': cast(r.amount as varchar)},
                {'name': 'currency', 'cell': r.currency},
                {'name': 'score', 'cell': cast(r.score as varchar)},
                {'name': 'campaign', 'cell': r.campaign},
                {'name': 'emails', 'cell': r.emails[1]},
                {'name': 'phones', 'cell': r.phones[1]},
                {'name': 'devices', 'cell': r.devices[1]},
                {'name': 'handles', 'cell': r.handles[1]},
                {'name': 'given_name', 'cell': r.given_name},
                {'name': 'surname', 'cell': r.surname},
                {'name': 'birth_date', 'cell': cast(r.birth_date as varchar)},
                {'name': 'sex', 'cell': r.sex},
                {'name': 'street', 'cell': r.street},
                {'name': 'city', 'cell': r.city},
                {'name': 'region', 'cell': r.region},
                {'name': 'postcode', 'cell': r.postcode},
                {'name': 'country', 'cell': r.country},
                {'name': 'company', 'cell': r.company},
                {'name': 'job_title', 'cell': r.job_title},
                {'name': 'language', 'cell': r.language},
                {'name': 'email_consent', 'cell': cast(r.email_consent as varchar)},
                {'name': 'sms_consent', 'cell': cast(r.sms_consent as varchar)},
                {'name': 'phone_consent', 'cell': cast(r.phone_consent as varchar)},
                {'name': 'post_consent', 'cell': cast(r.post_consent as varchar)}
            ],
            lambda x: x.cell is not null
        ) as canonical
    from mapped.checked as r
    join cleaned as c on r.delivery_id = c.delivery_id
    where
        r.fault is null and r.set_aside is null
        and (r.source_row * 2654435761) % 4294967296 < c.until
),

looked_at as (
    select
        delivery_id,
        'file' as place,
        count(*) as row_count
    from rows_as_they_came
    group by delivery_id
    union all
    select
        delivery_id,
        unnest(['canonical', 'attribute']) as place,
        count(*) as row_count
    from rows_as_read
    group by delivery_id
),

canonical_cells as (
    select
        delivery_id,
        unnest(canonical) as told
    from rows_as_read
),

cells as (
    select
        delivery_id,
        'file' as place,
        unnest(json_keys(fields)) as name,
        unnest(json_extract_string(fields, '$.*')) as cell
    from rows_as_they_came
    union all
    select
        delivery_id,
        'attribute' as place,
        unnest(json_keys(declared)) as name,
        unnest(json_extract_string(declared, '$.*')) as cell
    from rows_as_read
    union all
    select
        delivery_id,
        'canonical' as place,
        told.name as name,
        told.cell as cell
    from canonical_cells
),

-- A column is there when the header names it, the contract reads it or a row has it.
named as (
    select
        delivery_id,
        'file' as place,
        unnest(from_json(header, '["VARCHAR"]')) as name
    from cleaned
    where header is not null
    union
    select
        delivery_id,
        'canonical' as place,
        unnest(string_split($canonical, ',')) as name
    from cleaned
    union
    select
        delivery_id,
        'attribute' as place,
        unnest(string_split($attributes, ',')) as name
    from cleaned
    union
    select distinct
        delivery_id,
        place,
        name
    from cells
),

-- Where a file has no header its first row is taken for one: such a name may be a value, and is
-- told by its place. JSON has none, and what looks like a value there is left out.
told as (
    select
        n.delivery_id,
        n.place,
        n.name,
        case
            when n.place = 'file' and (
                regexp_matches(n.name, $like_a_value)
                or len(list_filter(from_json(c.header, '["VARCHAR"]'), lambda one: regexp_matches(one, $a_value))) > 0
            ) then 'column ' || list_position(from_json(c.header, '["VARCHAR"]'), n.name)
            else n.name
        end as told
    from named as n
    join cleaned as c on n.delivery_id = c.delivery_id
    -- A header may name a column as another one is told.
    qualify row_number() over (partition by n.delivery_id, n.place, told order by told <> n.name, n.name) = 1
),

counted as materialized (
    select
        delivery_id,
        place,
        name,
        trim(cell) as cell,
        count(*) as row_count
    from cells
    where trim(cell) <> ''
    group by delivery_id, place, name, trim(cell)
),

kinds_of_values as (
    select
        delivery_id,
        place,
        name,
        case
            when regexp_matches(cell, '^[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}|^[0-9]{1,2}[./][0-9]{1,2}[./][0-9]{2,4}') then 'time'
            when regexp_matches(cell, '^[-+]?[0-9]+([.,][0-9]+)*([eE][-+]?[0-9]+)?$') then 'number'
            when lower(cell) in ('true', 'false', 'yes', 'no', 'y', 'n', 't', 'f') then 'boolean'
            when regexp_matches(cell, '^[{[]') then 'nested'
            else 'text'
        end as kind,
        sum(row_count) as row_count,
        count(*) as distinct_values
    from counted
    group by all
),

kinds as (
    select
        delivery_id,
        place,
        name,
        sum(row_count) over same_column as stated,
        sum(distinct_values) over same_column as distinct_values,
        kind,
        row_count / sum(row_count) over same_column as kind_share
    from kinds_of_values
    window same_column as (partition by delivery_id, place, name)
    qualify row_number() over (
        partition by delivery_id, place, name order by row_count desc, kind
    ) = 1
),

-- Only words of the source that tell nothing of a person, and of attributes their fingerprints:
-- nobody knows what an attribute holds. One value that looks like a person's hides its column.
listed as (
    select
        c.delivery_id,
        c.place,
        c.name,
        k.stated,
        case
            when c.row_count < $least_rows then '(rare)'
            when c.place = 'attribute' then '#' || left(md5(c.cell), 8)
            else c.cell
        end as word,
        c.row_count,
        bool_or(length(c.cell) > 40 or regexp_matches(c.cell, '@|[0-9]{4}')) over (
            partition by c.delivery_id, c.place, c.name
        ) as is_personal
    from counted as c
    join kinds as k on c.delivery_id = k.delivery_id and c.place = k.place and c.name = k.name
    where
        k.distinct_values <= 20 and (
            c.place = 'attribute' or (
                c.place = 'canonical' and c.name in (
                    'channel', 'event_type', 'currency',
                    'email_consent', 'sms_consent', 'phone_consent', 'post_consent'
                )
            )
        )
),

words as (
    select
        delivery_id,
        place,
        name,
        word,
        round(sum(row_count) / max(stated), 6) as share
    from listed
    where not is_personal
    group by delivery_id, place, name, word
),

mixes as (
    select
        delivery_id,
        place,
        name,
        '{' || string_agg(
            cast(to_json(word) as varchar) || ': ' || cast(share as varchar), ', '
            order by share desc, word
        ) || '}' as shares
    from words
    group by delivery_id, place, name
    having max(word) <> '(rare)' or min(word) <> '(rare)'
)

select
    n.delivery_id,
    $source as source,
    n.place,
    n.told as "column",
    coalesce(l.row_count, 0) as "rows",
    coalesce(k.stated, 0) as stated,
    coalesce(k.distinct_values, 0) as distinct_values,
    k.kind,
    k.kind_share,
    m.shares
from told as n
left join looked_at as l on n.delivery_id = l.delivery_id and n.place = l.place
left join kinds as k on n.delivery_id = k.delivery_id and n.place = k.place and n.name = k.name
left join mixes as m on n.delivery_id = m.delivery_id and n.place = m.place and n.name = m.name
where n.told <> ''
order by n.delivery_id, n.place, n.told
