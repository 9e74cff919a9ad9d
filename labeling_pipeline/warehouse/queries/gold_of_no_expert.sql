-- Purpose: gold that still counts, and names as its expert somebody listed as crowd or model, or, where experts are
--   listed and it is to measure, fewer than two of them: it is to be retired. Gold that names nobody is not here.
-- Grain: one row per comment.
-- Parameters: none.
with named as (
    select comment_id, role, unnest(list_distinct(expert_ids)) as annotator_id from gold_set where role <> 'retired'
),
wrong as (
    select n.comment_id, n.annotator_id,
           coalesce(' is listed as ' || a.kind, ' is not in inbox/annotators, where experts are listed') as why
    from named n left join annotators a using (annotator_id)
    qualify (a.kind is not null and a.kind <> 'expert')
         or (a.kind is null and n.role in ('measure', 'sealed') and exists (select 1 from annotators where kind = 'expert')
             and count(*) filter (a.kind = 'expert') over (partition by n.comment_id) < 2)
)
select comment_id, string_agg(annotator_id || why, ', ' order by annotator_id) as reason
from wrong group by comment_id order by comment_id
