-- Purpose: the harmful classes anybody or anything holds one comment for, so that its text is not shown unasked: all that
-- harm_expected counts as exposure, by the same sum over harmful classes, and what other evidence or a single person said.
-- Grain: one row per class: the likeliest of each source that holds the comment for harmful.
-- Parameters: $comment_id, $harmful (list of classes), $least (probability from which it counts).
with sources as (
    select map([label], [1.0::double]) as probabilities from crowd_votes where comment_id = $comment_id
    union all select map([label], [1.0::double]) from verdicts where comment_id = $comment_id
    union all select map([label], [1.0::double]) from gold_set where comment_id = $comment_id
    union all select probabilities from fused_labels where comment_id = $comment_id
    union all select probabilities from pre_labels where comment_id = $comment_id
    union all select probabilities from production_predictions where comment_id = $comment_id
    union all select probabilities from weak_labels where comment_id = $comment_id
),
distinct_sources as (select distinct probabilities from sources),
each as (
    select probabilities, unnest($harmful::varchar[]) as label,
           coalesce(map_extract_value(probabilities, unnest($harmful::varchar[])), 0.0) as p
    from distinct_sources
),
likeliest as (
    select label, p, max(p) over (partition by probabilities) as most, sum(p) over (partition by probabilities) as total
    from each
)
select distinct label from likeliest where total >= $least and p = most order by label
