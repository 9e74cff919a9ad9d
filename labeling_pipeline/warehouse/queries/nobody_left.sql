-- Purpose: comments that wait for an expert though each who may be asked has decided them, or voted on them.
-- Grain: one row per comment.
-- Parameters: $experts (who may be asked).
with knows as (
    select comment_id, expert_id from verdicts where list_contains($experts, expert_id)
    union
    select comment_id, annotator_id from vote_log where list_contains($experts, annotator_id)
)
select q.comment_id
from adjudication_queue q left join knows k using (comment_id)
group by q.comment_id having count(k.expert_id) = len($experts)
order by q.comment_id
