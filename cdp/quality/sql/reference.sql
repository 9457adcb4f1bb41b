-- grain: one current row of a reference source
-- key: record_key
-- reads: clean.rows
-- writes: reference.source
select
    source_record_id as record_key,
    delivery_id,
    source_file,
    source_row,
    attributes
from clean.rows
where source = $source and verdict = 'accepted'
-- A whole list leaves nothing of the lists before it.
qualify
    row_number() over (
        partition by source_record_id order by delivered_at desc, delivery_id desc, source_row desc
    ) = 1
    and (not $full_refresh or delivered_at = max(delivered_at) over ())
order by record_key
