-- Purpose: what people did in production that says something about labels; a click says nothing.
-- Grain: one row per act.
-- Parameters: none.
select comment_id, kind, label, actor_id, created_at from production_feedback
where kind <> 'click' order by comment_id, created_at nulls first, feedback_id
