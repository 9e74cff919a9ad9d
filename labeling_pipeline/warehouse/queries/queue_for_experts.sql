-- Purpose: the experts' queue as they get it. What the crowd said is not shown: it would anchor them.
-- Grain: one row per comment, best value per minute first.
-- Parameters: none.
select q.comment_id, q.expert_id, c.text, q.context, q.schema_version, q.due_at
from adjudication_queue q join raw_comments c using (comment_id)
order by q.value / coalesce(q.minutes, 1) desc, q.comment_id
