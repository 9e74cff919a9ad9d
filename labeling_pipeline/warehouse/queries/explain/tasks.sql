-- Purpose: what was asked about one comment.
-- Grain: one row per round and question.
-- Parameters: $comment_id.
select t.labeling_round, r.kind, r.reason, t.schema_version, t.question, t.created_at
from decomposed_tasks t join rounds r using (labeling_round)
where t.comment_id = $comment_id
order by t.created_at, t.labeling_round, t.question
