-- grain: the current version of one record, in the columns that comparisons and blocking read
-- key: record_id
-- reads: identity.records, identity.identifiers, identity.holders, model.names
-- writes: work.features
with stated as (
    select
        *,
        string_split(given_name, ' ')[1] as stated_given,
        nullif(coalesce(middle_name, string_split(given_name, ' ')[2]), '') as middle
    from identity.records
),

-- What the record does not state, its mailbox may tell, and what that does not, its handle.
from_mailbox as (
    select
        *,
        -- Python only where it has something to infer.
        case
            when emails[1] is null or (length(stated_given) > 1 and surname <> '') then [stated_given, surname]
            else inferred_name(string_split(emails[1], '@')[1], stated_given, surname)
        end as mailbox_name
    from stated
),

from_handle as (
    select
        *,
        case
            when handles[1] is null or (length(mailbox_name[1]) > 1 and mailbox_name[2] <> '') then mailbox_name
            else inferred_name(handles[1], mailbox_name[1], mailbox_name[2])
        end as name
    from from_mailbox
),

named as (
    select
        * exclude (surname),
        surname as stated_surname,
        name[1] as given,
        name[2] as surname
    from from_handle
),

forms as (
    select
        name,
        name_forms(name) as forms
    from (select given as name from named union select surname as name from named) as names
),

formal as (
    select
        n.*,
        coalesce(g.forms, []::varchar[]) as given_forms,
        -- Of those who write the surname first.
        coalesce(s.forms, []::varchar[]) as surname_forms
    from named as n
    left join forms as g on n.given = g.name
    left join forms as s on n.surname = s.name
),

-- How many records state a name: a slip is a rare one.
spellings as (
    select
        name,
        sum(records) as records
    from model.names
    where model_id = $model_id
    group by name
),

held as (
    select
        i.record_id,
        list(i.value order by i.value) filter (where i.kind = 'email' and h.people is null) as emails_own,
        list(i.value order by i.value) filter (where i.kind = 'phone' and h.people is null) as phones_own,
        list(i.value order by i.value) filter (where i.kind = 'device' and h.people is null) as devices_own,
        list(i.value order by i.value) filter (where i.kind = 'email' and h.people = 2) as emails_of_two,
        list(i.value order by i.value) filter (where i.kind = 'phone' and h.people = 2) as phones_of_two,
        list(i.value order by i.value) filter (where i.kind = 'device' and h.people = 2) as devices_of_two
    from identity.identifiers as i
    left join identity.holders as h on i.kind = h.kind and i.value = h.value
    where not i.is_generic
    group by i.record_id
)

select
    f.record_id,
    f.source,
    f.given,
    f.given_forms,
    f.surname_forms,
    coalesce(gs.records, 0) as given_records,
    coalesce(ss.records, 0) as surname_records,
    coalesce(f.given <> f.stated_given, true) as is_given_inferred,
    f.middle,
    f.surname,
    f.stated_surname is null as is_surname_inferred,
    -- Two inferred from one account agree because the account does.
    list_concat([string_split(e, '@')[1] for e in f.emails], f.handles) as accounts,
    f.suffix,
    cast(f.birth_date as varchar) as birth_date,
    f.sex,
    f.street,
    regexp_extract(f.street, '^\d+\w*') as street_number,
    trim(regexp_replace(f.street, '^\d+\w*', '', 'g')) as street_name,
    f.unit,
    f.city,
    f.region,
    f.postcode,
    f.company,
    case when len(f.emails) > 0 then f.emails end as emails,
    coalesce(o.emails_own, []::varchar[]) as emails_own,
    coalesce(o.emails_of_two, []::varchar[]) as emails_of_two,
    -- A mailbox called after its owner says no more than the name does, unless digits make it rare.
    [
        string_split(e, '@')[1]
        for e in f.emails
        if length(string_split(e, '@')[1]) >= 5
        and (
            regexp_matches(e, '^[^@]*\d{3}')
            or not (
                contains(e, coalesce(f.surname, e[1:3])) or contains(e, coalesce(f.given, e[1:3]))
            )
        )
    ] as locals,
    case when len(f.phones) > 0 then f.phones end as phones,
    coalesce(o.phones_own, []::varchar[]) as phones_own,
    coalesce(o.phones_of_two, []::varchar[]) as phones_of_two,
    case when len(f.devices) > 0 then f.devices end as devices,
    coalesce(o.devices_own, []::varchar[]) as devices_own,
    coalesce(o.devices_of_two, []::varchar[]) as devices_of_two,
    case when len(f.handles) > 0 then f.handles end as handles
from formal as f
left join held as o on f.record_id = o.record_id
left join spellings as gs on f.given = gs.name
left join spellings as ss on f.surname = ss.name
order by f.record_id
