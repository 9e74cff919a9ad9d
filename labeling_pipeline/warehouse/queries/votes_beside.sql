-- Purpose: all votes on the comments that some annotators voted on.
-- Grain: one row per current vote on a deciding question.
-- Parameters: $questions, $annotators (lists).
select comment_id, annotator_id, label, answered_at
from crowd_votes
where is_current and list_contains($questions, question)
  and comment_id in (select comment_id from vote_log where list_contains($annotators, annotator_id))
  and comment_id in (select comment_id from raw_comments)
order by comment_id, annotator_id, label
