-- Purpose: the votes on the class of one comment.
-- Grain: one row per vote.
-- Parameters: $comment_id.
select v.annotator_id, v.label, v.stated_confidence, v.answered_at, v.is_current
from crowd_votes v
where v.comment_id = $comment_id and v.question not in (select question from consensus_answers)
order by v.answered_at, v.annotator_id, v.line
