-- Purpose: votes on the questions that decide the label, per round they answer, for agreement. A round of a batch was
-- chosen by a strategy; `is_drawn` says of a comment that no strategy chose it.
-- Grain: one row per current vote.
-- Parameters: $questions (list of question ids).
with chosen as (
    select comment_id from next_uncertainty_batch where labeling_round is not null and strategy <> 'random'
)
select v.comment_id as task, v.annotator_id as annotator, v.label,
       coalesce(s.labeling_round, v.labeling_round) as labeling_round,
       v.comment_id not in (select comment_id from chosen) as is_drawn,
       r.batch_id is not null as is_of_batch
from counted_votes v left join stray_rounds s on s.vote_id = v.vote_id
left join rounds r on r.labeling_round = coalesce(s.labeling_round, v.labeling_round)
where list_contains($questions, v.question)
  and v.comment_id in (select comment_id from raw_comments)
order by labeling_round, v.comment_id, v.annotator_id, v.label
