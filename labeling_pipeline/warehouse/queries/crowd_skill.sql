-- Purpose: how much of what each annotator answered is believed now, to ask the surest hands about what is unsure. Known
-- answers count as the rest: honeypots have a label and no votes beside them, so they are compared with gold.
-- Grain: one row per annotator; believed: sum of the probabilities of the answers; n: answers.
-- Parameters: $schema_version (in force), $questions (list of question ids that decide labels).
with known as (select comment_id, max(label) as label from gold_set group by comment_id)
select v.annotator_id,
       sum(case when g.label is not null then (v.label = g.label)::DOUBLE
                else coalesce(l.probabilities[v.label], 0) end) as believed,
       count(*)::DOUBLE as n
from counted_votes v
left join known g on g.comment_id = v.comment_id
left join consensus_labels l on l.comment_id = v.comment_id and l.schema_version = v.schema_version
where list_contains($questions, v.question) and v.schema_version = $schema_version and v.annotator_id is not null
  and (g.label is not null or l.comment_id is not null)
group by v.annotator_id
order by v.annotator_id
