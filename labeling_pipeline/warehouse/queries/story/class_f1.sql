-- Purpose: the F1 of one class of one model on held-out crowd labels and on measuring gold, never mixed.
-- Grain: one row per set.
-- Parameters: $model_version, $metric (f1_<class>).
select evaluated_on, value, low, high, n from model_evaluation
where model_version = $model_version and metric = $metric and slice = 'all'
  and evaluated_on in ('crowd_holdout', 'gold_measure') and value is not null
order by evaluated_on
