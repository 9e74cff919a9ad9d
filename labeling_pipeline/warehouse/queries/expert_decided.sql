-- Purpose: comments an expert has decided.
-- Grain: one row per comment.
-- Parameters: none.
select distinct comment_id from expert_verdicts order by comment_id
