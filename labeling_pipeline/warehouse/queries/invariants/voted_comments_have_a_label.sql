-- Purpose: comments with a vote that counts and without a label. Holds when empty.
-- Grain: one row per comment.
-- Parameters: none.
select distinct v.comment_id from counted_votes v
where v.comment_id in (select comment_id from raw_comments)
  and v.comment_id not in (select comment_id from consensus_labels)
order by v.comment_id limit 100
