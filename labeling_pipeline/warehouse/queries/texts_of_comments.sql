-- Purpose: comments as labeling functions see them.
-- Grain: one row per comment.
-- Parameters: none.
select comment_id, text, context, author_id, thread_id, posted_at from raw_comments order by comment_id
