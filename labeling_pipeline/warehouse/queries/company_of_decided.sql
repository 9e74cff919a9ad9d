-- Purpose: slices and near-copies of what experts decided; a comment nobody voted on is held to its floors and its copies, too.
-- Grain: one row per comment with a verdict.
-- Parameters: none.
select r.comment_id, coalesce(m.slices, []) as slices, d.duplicate_group
from raw_comments r
left join comment_copies d on d.comment_id = r.comment_id
left join slices_by_comment m on m.comment_id = r.comment_id
where r.comment_id in (select comment_id from expert_verdicts)
order by r.comment_id
