-- Purpose: what quality control said of one comment, each time it said something else.
-- Grain: one row per event.
-- Parameters: $comment_id.
select "at", event, detail from label_history where comment_id = $comment_id order by "at", event, detail
