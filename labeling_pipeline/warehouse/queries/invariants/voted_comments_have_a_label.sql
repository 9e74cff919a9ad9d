-- Purpose: comments with a vote that counts and without a label. Holds when empty.
-- Grain: one row per comment.
-- Parameters: none.
select distinct v.comment_id from crowd_votes v
where v.is_current and v.vote_id not in (select vote_id from votes_set_aside) and v.comment_id in (select comment_id from raw_comments)
  and v.comment_id not in (select comment_id from consensus_labels)
order by v.comment_id limit 100
