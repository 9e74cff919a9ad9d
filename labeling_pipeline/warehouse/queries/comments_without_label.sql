-- Purpose: comments that have no label to learn from: the pool, and labels that did not pass.
-- Grain: one row per comment.
-- Parameters: none.
select comment_id, text, slices from raw_comments
where comment_id not in (select comment_id from qc_passed_labels)
  and comment_id not in (select comment_id from gold_set)
order by comment_id
