-- Purpose: the votes that weigh on comments to be labeled, with all that agreement is told by; the round is the one they
-- answer, since who labels elsewhere numbers rounds their own way.
-- Grain: one row per vote that weighs.
-- Parameters: none.
select v.comment_id as task, v.annotator_id as annotator, v.label, v.question, a.labeling_round, v.schema_version,
       v.answered_at, date_diff('day', timestamp '1970-01-05', v.answered_at) // 7 as week, m.slices
from counted_votes v join answered_rounds a on a.vote_id = v.vote_id
left join slices_by_comment m on m.comment_id = v.comment_id
where v.comment_id in (select comment_id from raw_comments)
order by v.comment_id, v.question, a.labeling_round, v.annotator_id, v.label, v.vote_id
