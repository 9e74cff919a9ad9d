-- Purpose: votes with the week they were given in, on comments and on gold, for agreement and accuracy side by side.
-- Grain: one row per current vote on a deciding question.
-- Parameters: $questions (list of question ids), $since (weeks before it are left out).
select comment_id, annotator_id, label, time_bucket(interval 7 days, answered_at, timestamp '1970-01-05') as week
from counted_votes
where answered_at is not null and list_contains($questions, question) and answered_at >= $since
  and comment_id not in (
      select comment_id from next_uncertainty_batch where labeling_round is not null and strategy <> 'random')
order by week, comment_id, annotator_id, label
