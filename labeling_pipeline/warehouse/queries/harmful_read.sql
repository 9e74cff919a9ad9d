-- Purpose: how many harmful comments each expert has decided on one day.
-- Grain: one row per expert.
-- Parameters: $day (midnight).
select e.person_id, count(distinct e.comment_id) as n
from exposures e
join verdicts v on v.comment_id = e.comment_id and v.expert_id = e.person_id
where v.decided_at >= $day and v.decided_at < $day + interval 1 day
group by e.person_id order by e.person_id
