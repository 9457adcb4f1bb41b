-- grain: one customer id that has ended
-- key: customer_id
-- reads: published.customer_changes, published.customers
-- writes: outbox.ended
with recursive ends as (
    select customer_id, kind, survivor_id, changed_at
    from published.customer_changes
    where kind in ('merged', 'retired', 'erased')
),
-- Another step along each chain of merges; a pair met before ends it, so a circle would, too.
ways as (
    select e.customer_id, e.survivor_id from ends as e where e.kind = 'merged'
    union
    select w.customer_id, e.survivor_id
    from ways as w join ends as e on w.survivor_id = e.customer_id and e.kind = 'merged'
),
living as (
    select w.customer_id, min(w.survivor_id) as survivor_id
    from ways as w join published.customers as c on w.survivor_id = c.customer_id
    where c.kind = 'identified'
    group by w.customer_id
)
select e.customer_id, e.kind, l.survivor_id, e.changed_at as ended_at
from ends as e left join living as l on e.customer_id = l.customer_id
order by e.customer_id
