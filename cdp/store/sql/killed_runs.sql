-- grain: one run of the pipeline, those killed before the given one told as such
-- key: run_id
-- reads: ops.runs
-- writes: ops.runs
select
    r.* replace (
        case when r.status = 'running' and r.run_id <> $run_id then 'killed' else r.status end as status
    )
from ops.runs as r
order by r.run_id
