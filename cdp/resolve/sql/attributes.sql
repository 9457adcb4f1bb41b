-- grain: one record, one attribute of the project's own that matching compares
-- key: record_id, attribute
-- reads: clean.records, identity.identifiers
-- writes: identity.attributes
with compared as (
    select
        string_split(line, ':')[1] as attribute,
        string_split(line, ':')[2] as kind,
        string_split(line, ':')[3] as day_order
    from (select unnest(string_split($compared, chr(10))) as line) as lines
    where line <> ''
),

told as (
    select
        r.record_id,
        c.attribute,
        c.kind,
        matching_attribute(
            -- Only what the contract itself names: a column that nobody mapped may mean anything.
            json_extract_string(json_extract_string(r.stated, '/declared'), '/' || c.attribute),
            c.kind,
            c.day_order
        ) as value
    from clean.records as r
    cross join compared as c
    where r.is_current
)

select
    t.record_id,
    t.attribute,
    t.kind,
    t.value
from told as t
left join identity.identifiers as i on t.record_id = i.record_id and t.attribute = i.kind
where t.value is not null and not coalesce(i.is_generic, false)
order by t.record_id, t.attribute
