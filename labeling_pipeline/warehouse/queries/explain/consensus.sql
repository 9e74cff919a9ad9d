-- Purpose: the consensus label of one comment.
-- Grain: one row.
-- Parameters: $comment_id.
select * from consensus_labels where comment_id = $comment_id
