-- Purpose: a model's recall of the main class of every slice of measuring gold, beside the model's before it.
-- Grain: one row per slice.
-- Parameters: $model_version.
with models as (
    select model_version, lag(model_version) over (order by trained_at, model_version) as before from retrained_model
),
recall as (
    select model_version, slice, replace(metric, 'recall_', '') as class, value, n from model_evaluation
    where evaluated_on = 'gold_measure' and starts_with(metric, 'recall_') and slice <> 'all' and value is not null
    qualify row_number() over (partition by model_version, slice order by n desc, metric) = 1
)
select r.slice, r.class, r.value, r.n, b.value as before
from recall r join models m using (model_version)
left join recall b on b.model_version = m.before and b.slice = r.slice and b.class = r.class
where r.model_version = $model_version
order by r.slice
