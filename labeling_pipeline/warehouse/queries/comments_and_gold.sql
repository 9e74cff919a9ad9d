-- Purpose: every text there is, with the slices it was given as being in.
-- Grain: one row per comment, gold included.
-- Parameters: none.
select coalesce(c.comment_id, g.comment_id) as comment_id, coalesce(c.text, g.text) as text,
       list_sort(list_distinct(coalesce(c.slices, []) || coalesce(g.slices, []))) as slices
from raw_comments c full join gold_set g using (comment_id)
order by 1
