-- Purpose: comments that came to experts by a random draw, with its probability.
-- Grain: one row per comment.
-- Parameters: none.
select comment_id, inclusion_p from unanimous_review where inclusion_p is not null order by comment_id
