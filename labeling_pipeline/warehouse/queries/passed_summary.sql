-- Purpose: how much may be learned from.
-- Grain: one row.
-- Parameters: none.
select count(*) as n, avg(weight) as mean_weight from qc_passed_labels
