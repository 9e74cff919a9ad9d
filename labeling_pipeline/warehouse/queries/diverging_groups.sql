-- Purpose: annotator groups whose answers differ from all others' on the same comments.
-- Grain: one row per group.
-- Parameters: none.
select distinct attribute || '=' || group_name as name from group_divergence where status = 'diverges' order by name
