-- Purpose: what the model may choose from: drafts of comments without a passed label, not gold, not on a desk or in
-- an open round.
-- Grain: one row per comment.
-- Parameters: $schema_version (in force): what was asked or decided under an older one may be asked again.
with answered as (select distinct comment_id, labeling_round from answered_rounds),
judged as (select distinct comment_id from expert_verdicts where schema_version = $schema_version),
asked as (
    select distinct t.comment_id from decomposed_tasks t
    left join answered a on a.comment_id = t.comment_id and a.labeling_round = t.labeling_round
    where a.comment_id is null and t.schema_version = $schema_version
)
select p.comment_id, c.text, p.probabilities
from pre_labels p join raw_comments c using (comment_id)
where p.comment_id not in (select comment_id from gold_set)
  and p.comment_id not in (select comment_id from adjudication_queue where expert_id is not null)
  and p.comment_id not in (select comment_id from judged)
  and p.comment_id not in (select comment_id from asked)
order by p.comment_id
