-- Purpose: a comment worth looking at: one that prediction, votes and verdict all speak of, the earliest of those.
-- Grain: one row, or none.
-- Parameters: none.
select c.comment_id from raw_comments c
order by (c.comment_id in (select comment_id from production_predictions))::int
       + (c.comment_id in (select comment_id from vote_log))::int
       + (c.comment_id in (select comment_id from verdicts))::int desc, c.posted_at nulls last, c.comment_id
limit 1
