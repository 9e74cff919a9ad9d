-- Purpose: what experts may be asked: labels the gate sends to them, and comments of expert rounds without a verdict. A
-- comment whose next wave of votes is out waits for it.
-- Grain: one row per comment.
-- Parameters: none.
with asked as (
    select t.comment_id, min(r.published_at) as queued_at
    from decomposed_tasks t join rounds r using (labeling_round)
    where r.kind = 'expert' and t.comment_id not in (select comment_id from verdicts)
    group by t.comment_id
),
more_votes as (
    select t.comment_id
    from decomposed_tasks t join rounds r using (labeling_round)
    left join (
        select comment_id, labeling_round, count(distinct annotator_id) as n from crowd_votes where is_current group by all
    ) v on v.comment_id = t.comment_id and v.labeling_round = t.labeling_round
    where r.votes_per_comment is not null and coalesce(v.n, 0) < r.votes_per_comment
),
predicted as (
    select comment_id, probabilities from production_predictions
    qualify row_number() over (partition by comment_id order by predicted_at desc nulls last, prediction_id) = 1
)
select coalesce(q.comment_id, a.comment_id) as comment_id, 'adjudicate' as outcome,
       case when a.comment_id is not null then list_concat(['production asks'], coalesce(q.reasons, []))
            else q.reasons end as reasons,
       coalesce(q.probabilities, p.probabilities) as probabilities, coalesce(q.labeled_at, a.queued_at) as queued_at, c.context, a.comment_id is not null as is_asked
from (
    select * from qc_outcomes where outcome = 'adjudicate' and comment_id not in (select comment_id from more_votes)
) q
full join asked a using (comment_id)
left join predicted p on p.comment_id = coalesce(q.comment_id, a.comment_id)
left join raw_comments c on c.comment_id = coalesce(q.comment_id, a.comment_id)
order by 1
