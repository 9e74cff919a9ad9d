-- Purpose: votes on deciding questions with the week they were given in (counted from Monday, 1970-01-05).
-- Grain: one row per current vote.
-- Parameters: $questions (list of question ids).
select comment_id as task, annotator_id as annotator, label,
       date_diff('day', timestamp '1970-01-05', answered_at) // 7 as week
from crowd_votes
where is_current and annotator_id is not null and answered_at is not null and list_contains($questions, question)
order by week, comment_id, annotator_id
