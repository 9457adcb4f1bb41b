-- grain: one pair of records that was not weighed yet, though both may be the same third record
-- key: join_key_l, join_key_r
-- reads: work.weighed
-- writes: work.third_pairs
with edges as (
    select record_l as record, record_r as other, match_weight from work.weighed
    union all
    select record_r as record, record_l as other, match_weight from work.weighed
),

likely as (
    select
        record,
        other
    from edges
    where match_weight >= 0
    qualify row_number() over (partition by record order by match_weight desc, other) <= $max_rivals
),

facing as (
    select distinct
        least(e.other, f.other) as join_key_l,
        greatest(e.other, f.other) as join_key_r
    from edges as e
    join likely as f on e.record = f.record and e.other <> f.other
)

select
    -- No blocking rule found it.
    -1 as match_key,
    f.join_key_l,
    f.join_key_r
from facing as f
anti join work.weighed as w on f.join_key_l = w.record_l and f.join_key_r = w.record_r
