-- Purpose: what was paid for: one assignment is one annotator, one comment, one round. Votes of a file that was returned
-- are disputed and not paid; assignments that were handed out and not answered are promised.
-- Grain: one row.
-- Parameters: none.
with paid as (
    select distinct comment_id, coalesce(annotator_id, vote_id) as who, labeling_round from vote_log
    where vote_id not in (select vote_id from returned_votes)
),
disputed as (
    select distinct comment_id, coalesce(annotator_id, vote_id) as who, labeling_round from vote_log
    where vote_id in (select vote_id from returned_votes)
)
select (select count(*) from paid) as n_assignments,
       (select count(*) from verdicts) as n_verdicts,
       (select count(*) from disputed d where not exists (
            select 1 from paid p where p.comment_id = d.comment_id and p.who = d.who
                                   and p.labeling_round = d.labeling_round)) as n_disputed,
       (select count(*) from assignments a where a.annotator_id is not null and not exists (
            select 1 from paid p where p.comment_id = a.comment_id and p.who = a.annotator_id
                                   and p.labeling_round = a.labeling_round)) as n_promised
