-- Purpose: the votes that weigh on comments to be labeled, with all that agreement is told by.
-- Grain: one row per vote that weighs.
-- Parameters: none.
select v.comment_id as task, v.annotator_id as annotator, v.label, v.question, v.labeling_round, v.schema_version,
       v.answered_at, date_diff('day', timestamp '1970-01-05', v.answered_at) // 7 as week, m.slices
from counted_votes v left join slices_by_comment m on m.comment_id = v.comment_id
where v.comment_id in (select comment_id from raw_comments)
order by v.comment_id, v.question, v.labeling_round, v.annotator_id, v.label, v.vote_id
