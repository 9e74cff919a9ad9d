-- Purpose: what annotators answered where the answer is known: fit gold.
-- Grain: one row per current vote on a deciding question.
-- Parameters: $questions (list of question ids).
select annotator_id, comment_id, label, answered_at, labeling_round
from crowd_votes
where is_current and annotator_id is not null and list_contains($questions, question)
  and comment_id in (select comment_id from gold_set where role = 'fit')
order by answered_at nulls first, annotator_id, comment_id
