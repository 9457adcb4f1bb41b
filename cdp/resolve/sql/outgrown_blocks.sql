-- grain: one block that holds more records than a model may outgrow
-- key: block
-- reads: identity.block_keys
-- writes: identity.outgrown_blocks
select
    block,
    count(*) as records
from identity.block_keys
group by block
having count(*) > $most
order by block
