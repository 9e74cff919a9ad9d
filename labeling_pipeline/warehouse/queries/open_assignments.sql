-- Purpose: assignments that nobody has answered yet; the simulated crowd, which is asked, names the round it answers.
-- Grain: one row per assignment.
-- Parameters: none.
select a.assignment_id, a.comment_id, coalesce(c.text, g.text) as text, a.annotator_id, a.labeling_round,
       a.is_honeypot, a.published_at
from assignments a
left join raw_comments c using (comment_id)
left join gold_set g on g.comment_id = a.comment_id
where not exists (
    select 1 from vote_log v
    where v.comment_id = a.comment_id and v.annotator_id = a.annotator_id and v.labeling_round = a.labeling_round
)
order by a.labeling_round, a.assignment_id
