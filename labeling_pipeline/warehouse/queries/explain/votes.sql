-- Purpose: the votes on one comment.
-- Grain: one row per vote.
-- Parameters: $comment_id.
select question, annotator_id, label, stated_confidence, answered_at, is_current, labeling_round, schema_version
from crowd_votes where comment_id = $comment_id
order by answered_at, annotator_id, question, line
