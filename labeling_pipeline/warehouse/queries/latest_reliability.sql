-- Purpose: what is believed of every annotator now.
-- Grain: one row per annotator.
-- Parameters: none.
select annotator_id, value, low from annotator_reliability where statistic = 'reliability'
qualify row_number() over (partition by annotator_id order by week desc) = 1
order by annotator_id
