-- Purpose: comments an expert has decided who had not voted on them.
-- Grain: one row per comment.
-- Parameters: none.
select distinct comment_id from independent_verdicts order by comment_id
