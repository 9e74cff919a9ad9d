-- Purpose: the harmful classes anybody or anything holds one comment for, so that its text is not shown unasked.
-- Grain: one row per class.
-- Parameters: $comment_id, $harmful (list of classes), $least (probability from which it counts).
with said as (
    select label, 1.0 as p from crowd_votes where comment_id = $comment_id
    union all select label, 1.0 from verdicts where comment_id = $comment_id
    union all select label, 1.0 from gold_set where comment_id = $comment_id
    union all
    select unnest(map_keys(probabilities)), unnest(map_values(probabilities)) from (
        select probabilities from fused_labels where comment_id = $comment_id
        union all select probabilities from pre_labels where comment_id = $comment_id
        union all select probabilities from production_predictions where comment_id = $comment_id
        union all select probabilities from weak_labels where comment_id = $comment_id
    )
)
select distinct label from said where list_contains($harmful::varchar[], label) and p >= $least order by label
