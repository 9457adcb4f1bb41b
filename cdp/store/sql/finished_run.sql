-- grain: one run of the pipeline, the given one finished
-- key: run_id
-- reads: ops.runs
-- writes: ops.runs
select
    r.* replace (
        case when r.run_id = $run_id then $finished_at else r.finished_at end as finished_at,
        case when r.run_id = $run_id then $status else r.status end as status,
        case when r.run_id = $run_id then $customers else r.customers end as customers,
        case when r.run_id = $run_id then $identified else r.identified end as identified,
        case when r.run_id = $run_id then $largest_customer else r.largest_customer end as largest_customer,
        case when r.run_id = $run_id then $records else r.records end as records,
        case when r.run_id = $run_id then $merges else r.merges end as merges,
        case when r.run_id = $run_id then $moved_records else r.moved_records end as moved_records,
        case when r.run_id = $run_id then $jitter else r.jitter end as jitter,
        case when r.run_id = $run_id then $model_drift else r.model_drift end as model_drift,
        case when r.run_id = $run_id then $inputs else r.inputs end as inputs
    )
from ops.runs as r
order by r.run_id
