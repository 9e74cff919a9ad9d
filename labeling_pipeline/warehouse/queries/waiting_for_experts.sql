-- Purpose: what experts may be asked: labels the gate sends to them, and comments of expert rounds without a verdict.
-- Grain: one row per comment.
-- Parameters: none.
with asked as (
    select t.comment_id, min(r.published_at) as queued_at
    from decomposed_tasks t join rounds r using (labeling_round)
    where r.kind = 'expert' and t.comment_id not in (select comment_id from verdicts)
    group by t.comment_id
)
select coalesce(q.comment_id, a.comment_id) as comment_id, 'adjudicate' as outcome,
       case when a.comment_id is not null then list_concat(['production asks'], coalesce(q.reasons, []))
            else q.reasons end as reasons,
       q.probabilities, coalesce(q.labeled_at, a.queued_at) as queued_at, c.context, a.comment_id is not null as is_asked
from (select * from qc_outcomes where outcome = 'adjudicate') q
full join asked a using (comment_id)
left join raw_comments c on c.comment_id = coalesce(q.comment_id, a.comment_id)
order by 1
