-- grain: one pair of records drawn by chance, chance being the seed
-- key: join_key_l, join_key_r
-- reads: work.features
-- writes: work.random_pairs
with shuffled as (
    select
        record_id,
        row_number() over (order by md5($seed || '|' || record_id), record_id) - 1 as place,
        count(*) over () as records
    from work.features
),

-- Everyone with those who follow at some distances: each pair at most once.
drawn as (
    select
        l.record_id as one,
        r.record_id as other
    from shuffled as l
    cross join range(1, $max_distances + 1) as steps(distance)
    join shuffled as r on (l.place + steps.distance) % l.records = r.place
    where steps.distance * 2 < l.records
)

select
    -- No rule found it.
    -1 as match_key,
    0 as rules,
    least(one, other) as join_key_l,
    greatest(one, other) as join_key_r
from drawn
