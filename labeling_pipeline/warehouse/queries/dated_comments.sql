-- Purpose: comments with a date, for drift of what people write.
-- Grain: one row per comment.
-- Parameters: none.
select text, posted_at from raw_comments where posted_at is not null order by posted_at, comment_id
