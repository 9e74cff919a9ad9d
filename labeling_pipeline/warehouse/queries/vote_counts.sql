-- Purpose: how many accepted votes count.
-- Grain: one row.
-- Parameters: none.
select count(*) as n_votes, count(*) filter (where is_current) as n_current from crowd_votes
