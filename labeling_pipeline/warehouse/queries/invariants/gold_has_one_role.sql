-- Purpose: gold comments with two roles. Holds when empty.
-- Grain: one row per comment.
-- Parameters: none.
select comment_id, count(*) as n from gold_set group by comment_id having count(*) > 1 order by comment_id
