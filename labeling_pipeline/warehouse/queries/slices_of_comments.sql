-- Purpose: the slices of every comment labeling functions look at.
-- Grain: one row per comment and slice.
-- Parameters: none.
select comment_id, unnest(slices) as slice from raw_comments
union
select comment_id, unnest(slices) from gold_set where comment_id not in (select comment_id from raw_comments)
order by comment_id, slice
