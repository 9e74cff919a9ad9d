-- Purpose: how much harm each annotator of the crowd was given on one day: comments handed out to them that were known
-- to be harmful, and others which they themselves called so when they read them.
-- Grain: one row per annotator.
-- Parameters: $day (midnight), $harmful (list of classes).
with given as (
    select person_id, comment_id from exposures where day = $day and source = 'round'
    union
    select annotator_id, comment_id from vote_log
    where annotator_id is not null and list_contains($harmful, label)
      and answered_at >= $day and answered_at < $day + interval 1 day
)
select person_id, count(*) as n from given group by person_id order by person_id
