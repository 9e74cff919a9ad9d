-- Purpose: what annotators answered in rounds we handed out without naming anybody: whoever assigns them may do so
-- otherwise than agreed.
-- Grain: one row per annotator, comment and round.
-- Parameters: none.
with ours as (
    select labeling_round, comment_id, bool_or(is_honeypot) as is_honeypot from assignments
    where annotator_id is null group by all
)
select distinct v.annotator_id, v.comment_id, v.labeling_round,
       coalesce(o.is_honeypot, false) as is_honeypot, o.comment_id is not null as is_handed_out
from vote_log v
left join ours o on o.comment_id = v.comment_id and o.labeling_round = v.labeling_round
where v.annotator_id is not null and v.labeling_round in (select labeling_round from ours)
order by v.annotator_id, v.comment_id, v.labeling_round
