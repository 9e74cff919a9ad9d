-- Purpose: drift that asks for relabeling and that no round has been opened for.
-- Grain: one row per alarm.
-- Parameters: none.
with answered as (
    select max(r.published_at) as published_at
    from next_uncertainty_batch b join rounds r on r.labeling_round = b.labeling_round where b.strategy = 'drift'
)
select d.night, d.series, d.statistic, d.value, d.threshold from drift_report d, answered a
where d.is_alarm and d.action = 'relabel' and (a.published_at is null or d.night > a.published_at)
order by d.night desc, d.series
