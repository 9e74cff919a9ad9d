-- Purpose: the comments to be labeled.
-- Grain: one row per comment.
-- Parameters: none.
select comment_id from raw_comments order by comment_id
