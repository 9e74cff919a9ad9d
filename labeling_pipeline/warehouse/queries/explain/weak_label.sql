-- Purpose: the weak label of one comment.
-- Grain: one row.
-- Parameters: $comment_id.
select w.label, w.confidence, w.method, c.posted_at
from weak_labels w join raw_comments c using (comment_id)
where w.comment_id = $comment_id
