-- Purpose: what lies on experts' desks: comments given to one of them whose verdict has not come.
-- Grain: one row per comment and expert.
-- Parameters: none.
select q.comment_id, c.text, q.context, q.expert_id, q.purpose
from adjudication_queue q
join raw_comments c using (comment_id)
where q.expert_id is not null
  and (q.comment_id, q.expert_id) not in (select (comment_id, expert_id) from verdicts)
order by q.comment_id, q.expert_id
