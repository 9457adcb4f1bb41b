-- grain: one record, one kind, one value
-- key: record_id, kind, value
-- reads: clean.records
-- writes: identity.identifiers
with holders as (
    select
        *,
        string_split(matching_text(given_name), ' ')[1] as first_name
    from clean.records
    where is_current
),

stated as (
    select record_id, source, keys, first_name, 'customer_key' as kind, unnest(keys) as value from holders
    union all
    select record_id, source, keys, first_name, 'email' as kind, unnest(emails) as value from holders
    union all
    select record_id, source, keys, first_name, 'phone' as kind, unnest(phones) as value from holders
    union all
    select record_id, source, keys, first_name, 'device' as kind, unnest(devices) as value from holders
    union all
    select record_id, source, keys, first_name, 'handle' as kind, unnest(handles) as value from holders
    union all
    -- Attributes that the project compares as identifiers.
    select
        h.record_id,
        h.source,
        h.keys,
        h.first_name,
        o.attribute as kind,
        matching_attribute(
            json_extract_string(json_extract_string(h.stated, '/declared'), '/' || o.attribute), 'identifier', 'ymd'
        ) as value
    from holders as h
    join (select unnest(string_split($identifying, chr(10))) as attribute) as o on o.attribute <> ''
),

compared as (
    select
        record_id,
        source,
        first_name,
        kind,
        coalesce(len(keys), 0) > 0 as has_key,
        case when kind = 'email' then matching_mailbox(value) else value end as value
    from stated
),

-- Limits and lists of the project go by kind; declared keys, by their namespace.
limits as (
    select
        string_split(line, ':')[1] as word,
        cast(string_split(line, ':')[2] as int) as max_names
    from (select unnest(string_split($max_names, chr(10))) as line) as lines
),

blocked as (
    select unnest(string_split($blocked, chr(10))) as listed
),

allowed as (
    select unnest(string_split($allowed, chr(10))) as listed
),

-- An initial is no name of its own.
named as (
    select
        kind,
        value,
        count(distinct first_name) filter (where length(first_name) > 1) as names
    from compared
    group by kind, value
),

nameless_by_source as (
    select
        kind,
        value,
        count(distinct record_id) as records
    from compared
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
        c.record_id,
        c.kind,
        c.value,
        case
            when c.listed in (select b.listed from blocked as b) then 'blocked by the project'
            when c.listed in (select a.listed from allowed as a) then null
            when
                c.kind = 'email' and list_contains(
                    [
                        'info', 'sales', 'support', 'office', 'contact', 'admin', 'hello', 'mail',
                        'service', 'help', 'team', 'billing', 'accounts', 'accounting', 'enquiries',
                        'inquiries', 'orders', 'marketing', 'press', 'jobs', 'webmaster',
                        'postmaster', 'noreply', 'no-reply', 'donotreply', 'do-not-reply', 'reception'
                    ],
                    string_split(c.value, '@')[1]
                ) then 'role mailbox'
            when n.names > m.max_names then 'held under too many first names'
            when c.kind <> 'customer_key' and l.records > $max_nameless
                then 'held by too many nameless records of one source'
        end as generic_reason
    from (
        select
            *,
            case when kind = 'customer_key' then value else kind || ':' || value end as listed
        from compared
    ) as c
    join named as n on c.kind = n.kind and c.value = n.value
    left join nameless as l on c.kind = l.kind and c.value = l.value
    left join limits as m on string_split(c.listed, ':')[1] = m.word
    where c.value is not null and c.value <> ''
)

select distinct
    record_id,
    kind,
    value,
    generic_reason is not null as is_generic,
    generic_reason
from judged
order by record_id, kind, value
