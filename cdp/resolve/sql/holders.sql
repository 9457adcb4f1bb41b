-- grain: one identifier that seems to be held by several people
-- key: kind, value
-- reads: identity.identifiers, identity.records
-- writes: identity.holders
with named as (
    select
        record_id,
        string_split(given_name, ' ')[1] as given,
        surname
    from identity.records
),

stated as (
    select
        i.kind,
        i.value,
        coalesce(list(distinct n.given) filter (where n.given is not null), []::varchar[]) as givens,
        coalesce(list(distinct n.surname) filter (where n.surname is not null), []::varchar[]) as surnames
    from identity.identifiers as i
    join named as n on i.record_id = n.record_id
    where not i.is_generic
    group by i.kind, i.value
),

counted as (
    select
        kind,
        value,
        case when len(givens) < 2 then len(givens) else people_named(givens, surnames) end as people
    from stated
)

select
    kind,
    value,
    people
from counted
where people > 1
order by kind, value
