-- Purpose: comments that no round has asked yet.
-- Grain: one row per comment.
-- Parameters: none.
select comment_id from raw_comments
where comment_id not in (select comment_id from decomposed_tasks)
  and comment_id not in (select comment_id from gold_set where role in ('measure', 'sealed'))
order by comment_id
