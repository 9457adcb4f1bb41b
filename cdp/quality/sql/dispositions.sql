-- grain: one row of a delivery: what became of it
-- key: delivery_id, source_row
-- reads: clean.rows
-- writes: clean.dispositions
with keyed as (
    select
        *,
        -- What the row speaks of: a touchpoint repeats itself in the order of delivery, a person
        -- (or a reference) in the order of time.
        case
            when touchpoint_id is not null then 'touchpoint:' || touchpoint_id
            when record_id is not null then 'record:' || record_id
            when source_record_id is not null then source || ':' || source_record_id
        end as subject,
        -- Lines of one touchpoint in one delivery stand together: it repeats itself, not they.
        case when not list_contains(string_split($by_line_item, ','), source) then source_row end as line
    from clean.rows
),

ordered as (
    select
        *,
        subject is not null and verdict = 'accepted' and content_hash = first_value(content_hash) over (
            told groups between 1 preceding and 1 preceding
        ) as is_repeat,
        subject is not null and verdict = 'accepted' and source_row > first_value(source_row) over (
            told groups between current row and current row
        ) as is_line_item
    from keyed
    window told as (
        partition by verdict, subject
        order by case when touchpoint_id is null then observed_at end, delivered_at, delivery_id, line
    )
)

select
    delivery_id,
    source,
    source_file,
    source_row,
    case when is_repeat then 'duplicate' else verdict end as disposition,
    case
        when is_repeat then 'same_as_before'
        when is_line_item then 'line_item'
        else reason
    end as reason,
    source_record_id,
    record_id,
    touchpoint_id
from ordered
order by delivery_id, source_row
