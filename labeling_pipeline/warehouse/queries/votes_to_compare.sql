-- Purpose: the votes that count on comments to be labeled, with all that agreement is told by.
-- Grain: one row per current vote.
-- Parameters: none.
select v.comment_id as task, v.annotator_id as annotator, v.label, v.question, v.labeling_round, v.schema_version,
       v.answered_at, date_diff('day', timestamp '1970-01-05', v.answered_at) // 7 as week, c.slices
from crowd_votes v join raw_comments c using (comment_id)
where v.is_current
order by v.comment_id, v.question, v.labeling_round, v.annotator_id, v.label, v.vote_id
