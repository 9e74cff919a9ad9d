-- Purpose: how much gold there is for what.
-- Grain: one row per role.
-- Parameters: none.
select role, count(*) as n from gold_set group by role order by role
