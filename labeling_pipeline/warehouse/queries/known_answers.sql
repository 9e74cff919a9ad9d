-- Purpose: answers that experts gave, with the week they became known: gold to fit, and the latest verdict.
-- Grain: one row per comment.
-- Parameters: none.
with verdict as (
    select comment_id, label, date_trunc('week', decided_at) as week from verdicts
    qualify row_number() over (partition by comment_id order by decided_at desc nulls last, verdict_id) = 1
)
select comment_id as task, label, week from verdict
union all
select comment_id, label, date_trunc('week', decided_at) from gold_set
where role = 'fit' and comment_id not in (select comment_id from verdict)
order by task
