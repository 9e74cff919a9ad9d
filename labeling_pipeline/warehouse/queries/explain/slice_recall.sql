-- Purpose: a model's recall on every slice of measuring gold, beside the model's before it.
-- Grain: one row per slice.
-- Parameters: $model_version.
with models as (
    select model_version, lag(model_version) over (order by trained_at, model_version) as before from retrained_model
),
recall as (
    select model_version, slice, value, n from model_evaluation
    where evaluated_on = 'gold_measure' and metric = 'accuracy' and slice <> 'all'
)
select r.slice, r.value, r.n, b.value as before
from recall r join models m using (model_version)
left join recall b on b.model_version = m.before and b.slice = r.slice
where r.model_version = $model_version
order by r.slice
