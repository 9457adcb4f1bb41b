-- grain: one record, one kind, one value
-- key: record_id, kind, value
-- reads: clean.records, model.generic_values
-- writes: identity.identifiers
with holders as (
    select *
    from clean.records
    where is_current
),

stated as (
    select record_id, 'customer_key' as kind, unnest(keys) as value from holders
    union all
    select record_id, 'email' as kind, unnest(emails) as value from holders
    union all
    select record_id, 'phone' as kind, unnest(phones) as value from holders
    union all
    select record_id, 'device' as kind, unnest(devices) as value from holders
    union all
    select record_id, 'handle' as kind, unnest(handles) as value from holders
    union all
    -- Attributes that the project compares as identifiers.
    select
        h.record_id,
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
        kind,
        case when kind = 'email' then matching_mailbox(value) else value end as value
    from stated
),

-- Lists of the project go by kind; declared keys, by their namespace.
blocked as (
    select unnest(string_split($blocked, chr(10))) as listed
),

allowed as (
    select unnest(string_split($allowed, chr(10))) as listed
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
            else g.reason
        end as generic_reason
    from (
        select
            *,
            case when kind = 'customer_key' then value else kind || ':' || value end as listed
        from compared
    ) as c
    left join model.generic_values as g
        on c.kind = g.kind and c.value = g.value and g.model_id = $model_id
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
