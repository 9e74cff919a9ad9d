-- Purpose: what experts may be asked: labels the gate sends to them, unless their next wave of votes is out, comments of
-- expert rounds, unanimous labels under review, and comments that a second expert should decide blind.
-- Grain: one row per comment.
-- Parameters: $double (comment ids for a blind second verdict), $gold (those of which two experts may make gold), $schema_version (in force).
with more_votes as (
    select t.comment_id
    from decomposed_tasks t join rounds r using (labeling_round)
    left join (
        select comment_id, labeling_round, count(distinct who) as n from answered_rounds
        where vote_id not in (select vote_id from uncounted_votes) group by all
    ) v on v.comment_id = t.comment_id and v.labeling_round = t.labeling_round
    where r.votes_per_comment is not null and r.schema_version = $schema_version and coalesce(v.n, 0) < r.votes_per_comment
),
wanted as (
    select comment_id, 'gate' as why, labeled_at as queued_at from qc_outcomes
    where outcome = 'adjudicate' and comment_id not in (select comment_id from more_votes)
    union all
    select t.comment_id, 'production', r.published_at
    from decomposed_tasks t join rounds r using (labeling_round)
    where r.kind = 'expert' and t.comment_id not in (select comment_id from expert_verdicts)
    union all
    select comment_id, 'review', planned_at from unanimous_review
    where comment_id not in (select comment_id from independent_verdicts)
    union all
    select d.comment_id, 'double', v.decided_at
    from (select unnest($double) as comment_id) d
    join (select comment_id, max(decided_at) as decided_at from expert_verdicts group by comment_id) v using (comment_id)
    union all
    select g.comment_id, 'gold', max(v.decided_at)
    from (select unnest($gold) as comment_id) g join expert_verdicts v using (comment_id) group by g.comment_id
),
waiting as (
    select comment_id, min(queued_at) as queued_at, bool_or(why = 'production') as is_asked,
           bool_or(why = 'review') as is_review, bool_or(why = 'double') as is_double, bool_or(why = 'gold') as is_gold, bool_or(why = 'gate') as is_held
    from wanted group by comment_id
),
predicted as (
    select comment_id, probabilities from production_predictions
    qualify row_number() over (partition by comment_id order by predicted_at desc nulls last, prediction_id) = 1
)
select w.comment_id, 'adjudicate' as outcome,
       list_concat(
           case when w.is_asked then ['production asks'] else [] end,
           case when w.is_review then ['unanimous review'] else [] end,
           case when w.is_double or w.is_gold then ['a second verdict, blind'] else [] end,
           case when w.is_held then coalesce(q.reasons, []) else [] end
       ) as reasons,
       coalesce(q.probabilities, p.probabilities) as probabilities,
       coalesce(case when w.is_held then q.labeled_at end, w.queued_at) as queued_at,
       c.context, w.is_asked, w.is_review, w.is_double, w.is_gold
from waiting w
left join qc_outcomes q on q.comment_id = w.comment_id
left join predicted p on p.comment_id = w.comment_id
left join raw_comments c on c.comment_id = w.comment_id
order by 1
