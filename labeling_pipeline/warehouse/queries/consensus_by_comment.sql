-- Purpose: what the consensus says.
-- Grain: one row per comment.
-- Parameters: none.
select comment_id as task, label from consensus_labels order by comment_id
