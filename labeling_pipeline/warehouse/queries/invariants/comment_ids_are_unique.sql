-- Purpose: comments that are there twice. Holds when empty.
-- Grain: one row per comment_id.
-- Parameters: none.
select comment_id, count(*) as n from raw_comments group by comment_id having count(*) > 1 order by comment_id
