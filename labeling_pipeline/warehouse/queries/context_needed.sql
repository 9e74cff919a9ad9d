-- Purpose: comments that annotators found nobody can judge without their context, and no expert has decided.
-- Grain: one row per comment.
-- Parameters: none.
select comment_id from consensus_answers
where question = 'requires_context' and answer = 'yes' and comment_id not in (select comment_id from expert_verdicts)
order by comment_id
