-- grain: one identifier that too many people hold, for one version of the model
-- key: model_id, kind, value
-- reads: clean.records, identity.identifiers
-- writes: model.generic_values
with held as (
    select
        i.kind,
        i.value,
        i.record_id,
        r.source,
        string_split(matching_text(r.given_name), ' ')[1] as first_name,
        coalesce(len(r.keys), 0) > 0 as has_key
    from identity.identifiers as i
    join clean.records as r on i.record_id = r.record_id and r.is_current
),

-- Limits of the project go by kind; those of declared keys, by their namespace.
limits as (
    select
        string_split(line, ':')[1] as word,
        cast(string_split(line, ':')[2] as int) as max_names
    from (select unnest(string_split($max_names, chr(10))) as line) as lines
),

-- An initial is no name of its own.
named as (
    select
        kind,
        value,
        count(distinct first_name) filter (where length(first_name) > 1) as names
    from held
    group by kind, value
),

nameless_by_source as (
    select
        kind,
        value,
        count(distinct record_id) as records
    from held
    where first_name is null and has_key
    group by kind, value, source
),

nameless as (
    select
        kind,
        value,
        max(records) as records
    from nameless_by_source
    group by kind, value
),

judged as (
    select
        n.kind,
        n.value,
        case
            when n.names > m.max_names then 'held under too many first names'
            when n.kind <> 'customer_key' and l.records > $max_nameless
                then 'held by too many nameless records of one source'
        end as reason
    from named as n
    left join nameless as l on n.kind = l.kind and n.value = l.value
    left join limits as m
        on m.word = case when n.kind = 'customer_key' then string_split(n.value, ':')[1] else n.kind end
)

select
    $model_id as model_id,
    kind,
    value,
    reason
from judged
where reason is not null
order by kind, value
