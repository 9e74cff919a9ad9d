-- Purpose: votes with a date, for drift. What a strategy chose is left out: it is chosen for being unlike the stream.
-- Those in answer to a round of anchors are marked.
-- Grain: one row per current vote on a deciding question.
-- Parameters: $questions (list of question ids).
with again as (
    select t.comment_id, t.labeling_round from decomposed_tasks t join rounds r using (labeling_round)
    where r.reason = 'anchors'
)
select v.comment_id, v.annotator_id as annotator, v.label, v.answered_at, v.schema_version,
       v.comment_id in (select comment_id from again) as is_anchor,
       (v.comment_id, coalesce(s.labeling_round, v.labeling_round))
           in (select (comment_id, labeling_round) from again) as is_asked_again
from counted_votes v left join stray_rounds s on s.vote_id = v.vote_id
where v.answered_at is not null and list_contains($questions, v.question)
  and v.comment_id in (select comment_id from raw_comments)
  and v.comment_id not in (
      select comment_id from next_uncertainty_batch where labeling_round is not null and strategy <> 'random')
order by v.answered_at, v.vote_id
