-- Purpose: comments a model may have learned from, and their near-copies: none of them may measure it.
-- Grain: one row per comment.
-- Parameters: none.
select comment_id from learned_comments order by comment_id
