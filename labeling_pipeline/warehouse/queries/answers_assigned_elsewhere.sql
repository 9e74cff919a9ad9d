-- Purpose: what annotators answered of rounds we handed out without naming anybody: whoever assigns them may do so
-- otherwise than agreed. The round is the one they answer: whoever assigns the work may number rounds their own way.
-- Grain: one row per annotator, comment and round.
-- Parameters: none.
with ours as (
    select labeling_round, comment_id, bool_or(is_honeypot) as is_honeypot from assignments
    where annotator_id is null group by all
),
answered as (
    select distinct v.annotator_id, v.comment_id, coalesce(s.labeling_round, v.labeling_round) as labeling_round
    from vote_log v left join stray_rounds s on s.vote_id = v.vote_id
    where v.annotator_id is not null
)
select a.annotator_id, a.comment_id, a.labeling_round,
       coalesce(o.is_honeypot, false) as is_honeypot, o.comment_id is not null as is_handed_out
from answered a
left join ours o on o.comment_id = a.comment_id and o.labeling_round = a.labeling_round
where a.labeling_round in (select labeling_round from ours)
order by a.annotator_id, a.comment_id, a.labeling_round
