-- Purpose: what was paid for: one assignment is one annotator, one comment, one round.
-- Grain: one row.
-- Parameters: none.
select (select count(*) from (select distinct comment_id, coalesce(annotator_id, vote_id), labeling_round from vote_log)) as n_assignments,
       (select count(*) from verdicts) as n_verdicts
