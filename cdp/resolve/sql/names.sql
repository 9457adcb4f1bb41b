-- grain: one first name or surname that records state, for one version of the model
-- key: model_id, half, name
-- reads: identity.records
-- writes: model.names
with stated as (
    select
        'given_name' as half,
        string_split(given_name, ' ')[1] as name
    from identity.records
    union all
    select
        'surname' as half,
        surname as name
    from identity.records
)

select
    $model_id as model_id,
    half,
    name,
    count(*) as records
from stated
where name <> ''
group by half, name
order by half, name
