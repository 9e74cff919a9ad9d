-- Purpose: how the reliability of those who voted on one comment changed in the week after its verdict.
-- Grain: one row per annotator.
-- Parameters: $comment_id.
with voters as (select distinct annotator_id from vote_log where comment_id = $comment_id),
judged as (select min(decided_at) as decided_at from verdicts where comment_id = $comment_id),
weekly as (
    select annotator_id, week, value, lag(value) over (partition by annotator_id order by week) as before
    from annotator_reliability where statistic = 'reliability' and annotator_id in (select annotator_id from voters)
)
select w.annotator_id, w.week, w.before, w.value
from weekly w, judged j
where w.before is not null and w.week > j.decided_at and w.week <= j.decided_at + interval 7 days and w.before <> w.value
order by w.annotator_id
