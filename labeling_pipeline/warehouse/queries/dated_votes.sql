-- Purpose: votes with a date, for drift. What a strategy chose is left out: it is chosen for being unlike the stream.
-- Grain: one row per current vote on a deciding question.
-- Parameters: $questions (list of question ids).
with again as (
    select t.comment_id, t.labeling_round from decomposed_tasks t join rounds r using (labeling_round)
    where r.reason = 'anchors'
)
select comment_id, annotator_id as annotator, label, answered_at, schema_version,
       comment_id in (select comment_id from again) as is_anchor,
       (comment_id, labeling_round) in (select (comment_id, labeling_round) from again) as is_asked_again
from counted_votes
where answered_at is not null and list_contains($questions, question)
  and comment_id in (select comment_id from raw_comments)
  and comment_id not in (
      select comment_id from next_uncertainty_batch where labeling_round is not null and strategy <> 'random')
order by answered_at, vote_id
