-- Purpose: what the votes on one comment of fit gold come to without its gold.
-- Grain: one row, none where it is no fit gold.
-- Parameters: $comment_id.
select probabilities from consensus_blind where comment_id = $comment_id
