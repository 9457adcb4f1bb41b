-- grain: one rule broken in one delivery for one reason
-- key: delivery_id, rule, reason
-- reads: clean.quarantine, ops.deliveries
-- writes: published.quarantine_summary
select
    q.delivery_id,
    q.source,
    q.source_file,
    q.rule,
    q.reason,
    count(*) as row_count,
    count(*) / max(greatest(d.rows_read, 1)) as share,
    min(q.source_row) as first_source_row
from clean.quarantine as q
join ops.deliveries as d on q.delivery_id = d.delivery_id
where q.replay_state = 'open'
group by q.delivery_id, q.source, q.source_file, q.rule, q.reason
order by q.delivery_id, q.rule, q.reason
