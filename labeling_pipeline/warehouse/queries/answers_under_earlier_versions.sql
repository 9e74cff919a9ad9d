-- Purpose: what annotators answered under earlier ontologies where the answer was known there: fit gold, or the latest
-- verdict of an expert who had not voted on it. A prior on what the same people's votes mean now.
-- Grain: one row per current vote on a deciding question.
-- Parameters: $versions (list of schema versions), $questions (list of question ids), $classes (list of classes).
with known as (
    select comment_id, schema_version, label from gold_set where role = 'fit'
    union all
    select comment_id, schema_version, label from independent_verdicts
    where comment_id not in (select comment_id from gold_set where role = 'fit')
    qualify row_number() over (
        partition by comment_id, schema_version order by decided_at desc nulls last, verdict_id desc
    ) = 1
)
select v.annotator_id as annotator, k.label as "true", v.label as given, v.answered_at
from counted_votes v join known k using (comment_id, schema_version)
where v.annotator_id is not null
  and list_contains($questions, v.question) and list_contains($versions, v.schema_version)
  and list_contains($classes, k.label)
order by v.annotator_id, k.label, v.label, v.answered_at, v.vote_id
