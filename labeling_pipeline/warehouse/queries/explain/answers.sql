-- Purpose: the answers that the votes on one comment add up to now.
-- Grain: one row per question.
-- Parameters: $comment_id.
select question, answer, confidence from consensus_answers where comment_id = $comment_id
