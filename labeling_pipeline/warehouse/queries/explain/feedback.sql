-- Purpose: what production said of one comment.
-- Grain: one row per act.
-- Parameters: $comment_id.
select kind, label, actor_id, created_at from production_feedback
where comment_id = $comment_id order by created_at, feedback_id
