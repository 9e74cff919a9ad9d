-- Purpose: what quality control said of one comment, each time it said something else.
-- Grain: one row per event.
-- Parameters: $comment_id.
select happened_at, event, detail from label_history where comment_id = $comment_id order by happened_at, event, detail
