-- Purpose: how much of the confidence is calibrated on gold.
-- Grain: one row per kind.
-- Parameters: none.
select confidence_is, count(*) as n from consensus_labels group by confidence_is order by confidence_is
