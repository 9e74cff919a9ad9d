-- Purpose: votes on the questions that decide the label, per round, for agreement.
-- Grain: one row per current vote.
-- Parameters: $questions (list of question ids).
select comment_id as task, annotator_id as annotator, label, labeling_round
from crowd_votes
where is_current and list_contains($questions, question) and comment_id in (select comment_id from raw_comments)
order by labeling_round, comment_id, annotator_id, label
