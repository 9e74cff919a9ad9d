-- Purpose: the gold one comment is.
-- Grain: one row, none where it is not gold.
-- Parameters: $comment_id.
select role, label, source, expert_ids, decided_at, schema_version from gold_set where comment_id = $comment_id
