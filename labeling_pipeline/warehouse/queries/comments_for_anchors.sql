-- Purpose: comments that may be asked again every week: labeled by the crowd under the version in force, gold left out;
-- those that were anchors under it before come first.
-- Grain: one row per comment.
-- Parameters: $schema_version.
with before as (
    select t.comment_id, count(distinct t.labeling_round) as n from decomposed_tasks t join rounds r using (labeling_round)
    where r.reason = 'anchors' and r.schema_version = $schema_version group by t.comment_id
)
select l.comment_id, l.label, coalesce(b.n, 0) as n_asked
from consensus_labels l left join before b using (comment_id)
where l.schema_version = $schema_version and l.comment_id in (select comment_id from assignments)
  and l.comment_id not in (select comment_id from gold_set)
order by l.comment_id
