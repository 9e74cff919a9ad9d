-- Purpose: comments that are probably of a harmful class, by the best that is known of them before they are read: what
-- all evidence comes to, else the model's draft, the latest prediction, the labeling functions; known gold is known.
-- Grain: one row per comment from $least on.
-- Parameters: $harmful (list of classes), $least (probability from which it counts as exposure).
with said as (
    select comment_id, probabilities, 1 as turn from fused_labels
    union all select comment_id, probabilities, 2 from pre_labels
    union all
    select comment_id, probabilities, 3 from (
        select comment_id, probabilities from production_predictions
        qualify row_number() over (partition by comment_id order by predicted_at desc nulls last, prediction_id) = 1
    )
    union all select comment_id, probabilities, 4 from weak_labels
    union all select comment_id, map([label], [1.0::double]), 0 from gold_set where role <> 'retired'
),
best as (select comment_id, arg_min(probabilities, turn) as probabilities from said group by comment_id),
each as (
    select comment_id, unnest($harmful::varchar[]) as class,
           coalesce(map_extract_value(probabilities, unnest($harmful::varchar[])), 0.0) as p
    from best
)
select comment_id, arg_max(class, p) as class, least(sum(p), 1.0) as expected
from each group by comment_id having sum(p) >= $least order by comment_id
