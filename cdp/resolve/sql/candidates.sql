-- grain: one pair of records that at least one blocking rule brings together
-- key: join_key_l, join_key_r
-- reads: work.block_keys, work.features
-- writes: work.candidates
with blocks as (
    select
        rule,
        block,
        count(*) as records
    from work.block_keys
    group by rule, block
    having count(*) between 2 and $max_block_size
),

-- Small blocks point to few people; what a rule may make goes to its smallest blocks.
budgeted as (
    select
        rule,
        block,
        sum(records * (records - 1) // 2) over (
            partition by rule order by records, block rows between unbounded preceding and current row
        ) as pairs_so_far
    from blocks
),

kept as (
    select
        rule,
        block
    from budgeted
    where pairs_so_far <= greatest(
        10000,
        $max_pairs_per_record * (select count(*) from work.features)
        * case when $weak_rules >> rule & 1 = 1 then $weak_share else 1 end
    )
),

members as (
    select
        m.rule,
        m.block,
        m.record_id
    from work.block_keys as m
    join kept as k on m.rule = k.rule and m.block = k.block
)

-- The first rule that finds the pair, and all of them: rule n as bit n.
select
    min(l.rule) as match_key,
    bit_or(cast(1 as bigint) << l.rule) as rules,
    l.record_id as join_key_l,
    r.record_id as join_key_r
from members as l
join members as r on l.rule = r.rule and l.block = r.block and l.record_id < r.record_id
group by l.record_id, r.record_id
