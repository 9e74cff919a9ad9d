-- Purpose: gold that names as its expert somebody listed as crowd or model, and that still counts: it is to be retired.
-- Grain: one row per comment.
-- Parameters: none.
select g.comment_id, string_agg(a.annotator_id || ' is listed as ' || a.kind, ', ' order by a.annotator_id) as reason
from (select comment_id, unnest(list_distinct(expert_ids)) as annotator_id from gold_set where role <> 'retired') g
join annotators a using (annotator_id)
where a.kind <> 'expert'
group by g.comment_id order by g.comment_id
