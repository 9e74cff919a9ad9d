-- Purpose: how many accepted votes count, and how many of these name no annotator.
-- Grain: one row.
-- Parameters: none.
select count(*) as n_votes, count(*) filter (where is_current) as n_current,
       count(*) filter (where is_current and annotator_id is null) as n_nameless
from crowd_votes
