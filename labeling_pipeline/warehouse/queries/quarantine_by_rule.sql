-- Purpose: what was not usable, and why.
-- Grain: one row per rule.
-- Parameters: none.
select rule, count(*) as n from quarantine group by rule order by n desc, rule
