-- Purpose: how many comments each annotator called harmful on each day: what they read of it, whoever gave it to them.
-- Grain: one row per annotator and day.
-- Parameters: $harmful (list of classes).
select annotator_id, date_trunc('day', answered_at) as day, count(distinct comment_id) as n from vote_log
where annotator_id is not null and answered_at is not null and list_contains($harmful, label)
group by all order by all
