-- Purpose: the comments behind ids as sheets show them (core.opaque_ids makes them so); one that is a comment's own id
-- stands for that comment.
-- Grain: one shown id.
-- Parameters: $key; frame named(shown_id).
SELECT 't-' || left(sha256($key || '|' || comment_id), 16) AS shown_id, any_value(comment_id) AS comment_id
FROM raw_comments
WHERE 't-' || left(sha256($key || '|' || comment_id), 16) IN (
    SELECT n.shown_id FROM named n ANTI JOIN raw_comments r ON r.comment_id = n.shown_id)
GROUP BY 1;
