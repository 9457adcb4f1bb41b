-- grain: one rejected row and one rule that it broke
-- key: delivery_id, source_row, rule
-- reads: mapped.checked, mapped.failures, raw.source
-- writes: clean.quarantine
select
    c.delivery_id,
    c.source,
    c.source_file,
    c.source_row,
    c.delivered_at,
    f.rule,
    case when c.fault is null then 'quality' else 'ingest' end as stage,
    f.severity,
    coalesce(c.fault, f.reason) as reason,
    r.raw,
    'open' as replay_state
from mapped.failures as f
join mapped.checked as c on f.delivery_id = c.delivery_id and f.source_row = c.source_row
join raw.source as r on f.delivery_id = r.delivery_id and f.source_row = r.source_row
where f.severity = 'critical'
order by c.delivery_id, c.source_row, f.rule
