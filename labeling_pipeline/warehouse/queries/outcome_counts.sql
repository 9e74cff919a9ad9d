-- Purpose: how many labels have which outcome.
-- Grain: one row per outcome.
-- Parameters: none.
select outcome, count(*) as n from qc_outcomes group by outcome order by outcome
