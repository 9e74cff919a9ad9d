-- Purpose: what lies on experts' desks: comments given to one of them that have no verdict yet.
-- Grain: one row per comment.
-- Parameters: none.
select q.comment_id, c.text, q.context, q.expert_id
from adjudication_queue q
join raw_comments c using (comment_id)
where q.expert_id is not null and q.comment_id not in (select comment_id from verdicts)
order by q.comment_id
