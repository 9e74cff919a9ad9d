-- Purpose: comments in a slice that is watched: they skip the crowd, as far as experts have room.
-- Grain: one row per comment.
-- Parameters: none.
select distinct m.comment_id from comment_slices m join slices s using (slice)
where s.is_watched order by m.comment_id
