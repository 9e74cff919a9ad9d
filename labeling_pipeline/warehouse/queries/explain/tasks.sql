-- Purpose: what was asked about one comment, with the answer that votes add up to.
-- Grain: one row per round and question.
-- Parameters: $comment_id.
select t.labeling_round, r.kind, r.reason, t.schema_version, t.question, t.created_at, a.answer, a.confidence
from decomposed_tasks t
join rounds r using (labeling_round)
left join consensus_answers a on a.comment_id = t.comment_id and a.question = t.question and r.kind = 'crowd'
where t.comment_id = $comment_id and (r.kind = 'expert' or a.question is not null
      or t.comment_id not in (select comment_id from consensus_answers))
order by t.labeling_round, t.rowid
