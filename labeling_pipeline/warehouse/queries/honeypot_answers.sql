-- Purpose: the known answers of comments that were mixed in as honeypots.
-- Grain: one row per comment.
-- Parameters: none.
select comment_id as task, label from gold_set
where comment_id in (select comment_id from assignments where is_honeypot) order by comment_id
