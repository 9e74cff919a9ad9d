-- Purpose: which comments an expert has decided, or voted on as an annotator: they are not asked about those again.
-- Grain: one row per comment and expert.
-- Parameters: none.
select comment_id, expert_id from verdicts
union
select v.comment_id, v.annotator_id from vote_log v
join annotators a on a.annotator_id = v.annotator_id and a.kind = 'expert'
order by 1, 2
