-- grain: one pair of records that at least one blocking rule brings together, one of them touched
-- key: join_key_l, join_key_r
-- reads: work.block_keys
-- writes: work.candidates
with shared as (
    select block
    from work.block_keys
    group by block
    having count(*) > 1
),

members as (
    select
        k.block,
        k.record_id,
        k.is_touched
    from work.block_keys as k
    semi join shared as s on k.block = s.block
)

-- The first rule that finds the pair, and all of them: rule n as bit n.
select
    min(l.block % 64) as match_key,
    bit_or(cast(1 as bigint) << l.block % 64) as rules,
    l.record_id as join_key_l,
    r.record_id as join_key_r
from members as l
join members as r on l.block = r.block and l.record_id < r.record_id and (l.is_touched or r.is_touched)
group by l.record_id, r.record_id
