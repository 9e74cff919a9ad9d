-- Purpose: one comment, known from the inbox or from gold.
-- Grain: one row.
-- Parameters: $comment_id.
select comment_id, text, posted_at, thread_id, slices from raw_comments where comment_id = $comment_id
union all
select comment_id, text, null, null, slices from gold_set
where comment_id = $comment_id and comment_id not in (select comment_id from raw_comments)
