-- Purpose: votes with a date, for drift.
-- Grain: one row per current vote on a deciding question.
-- Parameters: $questions (list of question ids).
select comment_id, annotator_id as annotator, label, answered_at, schema_version
from crowd_votes
where is_current and answered_at is not null and list_contains($questions, question)
  and comment_id in (select comment_id from raw_comments)
order by answered_at, vote_id
