-- Purpose: what was paid for: one assignment is one annotator, one comment, one round. Votes of a file that was returned
-- are disputed and not paid.
-- Grain: one row.
-- Parameters: none.
with given as (
    select a.comment_id, a.who, a.labeling_round, bool_and(r.vote_id is not null) as is_disputed
    from answered_rounds a left join returned_votes r on r.vote_id = a.vote_id group by all
)
select (select count(*) from given where not is_disputed) as n_assignments,
       (select count(*) from verdicts) as n_verdicts,
       (select count(*) from given where is_disputed) as n_disputed
