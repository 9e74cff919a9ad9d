-- Purpose: drift that asks for something.
-- Grain: one row per alarm.
-- Parameters: $action (retrain, relabel), $since (nights after it).
select night, series, statistic, value, threshold from drift_report
where is_alarm and action = $action and night > $since order by night, series
