-- Purpose: the macro F1 of one model on held-out crowd labels and on measuring gold, never mixed.
-- Grain: one row per set.
-- Parameters: $model_version.
select evaluated_on, value, low, high, n from model_evaluation
where model_version = $model_version and metric = 'macro_f1' and slice = 'all'
  and evaluated_on in ('crowd_holdout', 'gold_measure') and value is not null
order by evaluated_on
