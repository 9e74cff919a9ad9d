-- Purpose: what was paid for: one assignment is one annotator, one comment, one round. Votes of a file that was returned
-- are disputed and not paid. An expert's verdict on one comment under one version is paid once, however often it was
-- corrected, and one that does not count for want of a note is work all the same; verdicts of people who are no experts
-- are nobody's order.
-- Grain: one row.
-- Parameters: none.
with given as (
    select a.comment_id, a.who, a.labeling_round, bool_and(r.vote_id is not null) as is_disputed
    from answered_rounds a left join returned_votes r on r.vote_id = a.vote_id group by all
)
select (select count(*) from given where not is_disputed) as n_assignments,
       (select count(*) from (select distinct comment_id, expert_id, schema_version from expert_verdicts)) as n_verdicts,
       (select count(*) from given where is_disputed) as n_disputed
