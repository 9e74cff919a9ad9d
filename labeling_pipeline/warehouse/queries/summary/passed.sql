-- Purpose: the comments whose label passed.
-- Grain: one row per comment.
-- Parameters: none.
select comment_id from qc_passed_labels order by comment_id
