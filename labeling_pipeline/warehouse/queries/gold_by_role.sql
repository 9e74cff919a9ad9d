-- Purpose: gold of one role, outside the honeypot bank when it is asked for fitting.
-- Grain: one row per gold comment.
-- Parameters: $role (fit, measure, sealed).
select g.comment_id, g.comment_id as task, g.label, g.role, coalesce(c.text, g.text) as text, g.inclusion_p,
       list_sort(list_distinct(coalesce(g.slices, []) || coalesce(c.slices, []))) as slices, g.schema_version
from gold_set g left join raw_comments c using (comment_id)
where g.role = $role
order by g.comment_id
