-- grain: one pair of records of one group that a personal field, or their one source, speaks against
-- key: record_l, record_r
-- reads: identity.records, identity.clusters, identity.model_sources
-- writes: work.contradictions
-- A source that hardly ever has two records of one person.
with tidy as (
    select
        string_split(sources, ' + ')[1] as source,
        weight_bits
    from identity.model_sources
    where string_split(sources, ' + ')[1] = string_split(sources, ' + ')[2] and weight_bits < $tidy_bits
),

members as (
    select
        c.cluster,
        r.record_id,
        r.source,
        string_split(r.given_name, ' ')[1] as given,
        r.surname,
        substr(coalesce(r.middle_name, string_split(r.given_name, ' ')[2]), 1, 1) as middle,
        r.birth_date,
        r.sex,
        r.suffix
    from identity.clusters as c
    join identity.records as r on c.record_id = r.record_id
    qualify count(*) over (partition by c.cluster) > 1
),

formal as (
    select
        *,
        name_forms(given) as given_forms
    from members
),

compared as (
    select
        l.record_id as record_l,
        r.record_id as record_r,
        length(l.given) > 1 and length(r.given) > 1
        and not list_has_any(l.given_forms, r.given_forms)
        and not (coalesce(l.given = r.surname, false) and coalesce(l.surname = r.given, false))
        and levenshtein(l.given, r.given) > greatest(1, least(length(l.given), length(r.given)) // 3)
            as given_name,
        l.middle <> r.middle as middle_name,
        cast(year(l.birth_date) <> year(r.birth_date) as int)
        + cast(month(l.birth_date) <> month(r.birth_date) as int)
        + cast(day(l.birth_date) <> day(r.birth_date) as int) > 1 as birth_date,
        l.sex <> r.sex as sex,
        l.suffix <> r.suffix as suffix,
        t.weight_bits as source_bits
    from formal as l
    join formal as r on l.cluster = r.cluster and l.record_id < r.record_id
    left join tidy as t on l.source = r.source and l.source = t.source
)

select
    record_l,
    record_r,
    coalesce(given_name, false) as given_name,
    coalesce(middle_name, false) as middle_name,
    coalesce(birth_date, false) as birth_date,
    coalesce(sex, false) as sex,
    coalesce(suffix, false) as suffix,
    source_bits
from compared
where given_name or middle_name or birth_date or sex or suffix or source_bits < 0
order by record_l, record_r
