-- Purpose: what the model may choose from: drafts of comments without a passed label, not on a desk or in an open round.
-- Grain: one row per comment.
-- Parameters: none.
with voted as (select distinct comment_id from vote_log),
judged as (select distinct comment_id from verdicts)
select p.comment_id, c.text, p.probabilities
from pre_labels p join raw_comments c using (comment_id)
where p.comment_id not in (select comment_id from adjudication_queue where expert_id is not null)
  and p.comment_id not in (select comment_id from judged)
  and p.comment_id not in (
      select comment_id from decomposed_tasks where comment_id not in (select comment_id from voted))
order by p.comment_id
