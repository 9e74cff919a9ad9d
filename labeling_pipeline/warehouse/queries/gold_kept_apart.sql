-- Purpose: comments that measure: they may never be learned from.
-- Grain: one row per comment.
-- Parameters: none.
select comment_id from gold_set where role in ('measure', 'sealed') order by comment_id
