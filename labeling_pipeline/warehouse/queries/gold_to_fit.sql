-- Purpose: gold that a consensus may be clamped to and calibrated on.
-- Grain: one row per comment with role fit.
-- Parameters: none.
select comment_id as task, label from gold_set where role = 'fit' order by comment_id
