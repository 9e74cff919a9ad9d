-- Purpose: comments that came with votes and that nobody was asked about: finished deliveries.
-- Grain: one row per comment.
-- Parameters: none.
select distinct comment_id from vote_log where comment_id not in (select comment_id from assignments) order by comment_id
