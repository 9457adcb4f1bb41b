-- grain: one block of records too large to be compared, for one version of the model
-- key: model_id, block
-- reads: work.block_keys, work.features
-- writes: model.refused_blocks
with blocks as (
    select
        block,
        block % 64 as rule,
        count(*) as records
    from work.block_keys
    group by block
    having count(*) > 1
),

-- Small blocks point to few people; what a rule may make goes to its smallest blocks.
budgeted as (
    select
        block,
        rule,
        sum(records * (records - 1) // 2) over (
            partition by rule order by records, block rows between unbounded preceding and current row
        ) as pairs_so_far
    from blocks
    where records <= $max_block_size
),

kept as (
    select block
    from budgeted
    where pairs_so_far <= greatest(
        10000,
        $max_pairs_per_record * (select count(*) from work.features)
        * case when $weak_rules >> rule & 1 = 1 then $weak_share else 1 end
    )
)

select
    $model_id as model_id,
    b.block,
    b.records
from blocks as b
anti join kept as k on b.block = k.block
order by b.block
