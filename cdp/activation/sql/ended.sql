-- grain: one customer id that no contact should have any more
-- key: customer_id
-- reads: published.customer_changes, published.customers, published.members, published.records
-- writes: outbox.ended
with recursive ends as (
    select customer_id, kind, survivor_id, changed_at
    from published.customer_changes
    where kind in ('merged', 'retired', 'erased')
    -- Who retired, returned and retired again ended last.
    qualify row_number() over (
        partition by customer_id order by changed_at desc, run_id desc, sequence desc
    ) = 1
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
),
-- Its merges say who took an id over; where the records are that it held last says who it is, since
-- whoever took it may have been split. Most records win, then the smaller id.
last_held as (
    select m.customer_id, m.record_id
    from published.members as m semi join ends as e on m.customer_id = e.customer_id
    qualify m.valid_to = max(m.valid_to) over (partition by m.customer_id)
),
heirs as (
    select l.customer_id, now.customer_id as survivor_id
    from last_held as l
    join published.members as now on l.record_id = now.record_id and now.valid_to is null
    join published.customers as c on now.customer_id = c.customer_id
    where c.kind = 'identified'
    group by l.customer_id, now.customer_id
    qualify row_number() over (
        partition by l.customer_id order by count(distinct l.record_id) desc, now.customer_id
    ) = 1
),
-- Who lives on as a cookie and nothing else, and was more once: it had records that left it, or its
-- records said other things.
faded as (
    select
        c.customer_id,
        max(coalesce(m.valid_to, r.observed_at)) as faded_at
    from published.customers as c
    join published.members as m on c.customer_id = m.customer_id
    left join published.records as r
        on m.record_id = r.record_id and m.valid_to is null and r.version > 1 and r.is_current
    where c.kind = 'anonymous' and (m.valid_to is not null or r.record_id is not null)
    group by c.customer_id
)
select
    e.customer_id,
    e.kind,
    case when e.kind <> 'erased' then coalesce(h.survivor_id, l.survivor_id) end as survivor_id,
    e.changed_at as ended_at
from ends as e
left join heirs as h on e.customer_id = h.customer_id
left join living as l on e.customer_id = l.customer_id
-- Who retired may be back under the same id.
where not exists (select 1 from published.customers as c where c.customer_id = e.customer_id)
union all
select f.customer_id, 'anonymous' as kind, null as survivor_id, f.faded_at as ended_at
from faded as f
order by customer_id
