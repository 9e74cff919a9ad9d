-- Purpose: votes on deciding questions with the week they were given in, for the annotators' history.
-- Grain: one row per current vote.
-- Parameters: $questions (list of question ids).
select comment_id as task, annotator_id as annotator, label, date_trunc('week', answered_at) as week
from crowd_votes
where is_current and annotator_id is not null and answered_at is not null and list_contains($questions, question)
order by week, comment_id, annotator_id
