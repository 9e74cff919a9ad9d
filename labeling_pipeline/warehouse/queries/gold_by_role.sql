-- Purpose: gold of one role, with its text and the slices it is in.
-- Grain: one row per gold comment.
-- Parameters: $role (fit, measure, sealed).
select g.comment_id, g.comment_id as task, g.label, g.role, coalesce(c.text, g.text) as text, g.inclusion_p,
       list_sort(list_distinct(
           coalesce(g.slices, []) || coalesce(c.slices, []) || coalesce(m.slices, [])
       )) as slices, g.schema_version
from gold_set g
left join raw_comments c using (comment_id)
left join slices_by_comment m on m.comment_id = g.comment_id
where g.role = $role
order by g.comment_id
