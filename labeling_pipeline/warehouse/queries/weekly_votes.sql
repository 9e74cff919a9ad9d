-- Purpose: votes with the week they were given in, on comments and on gold, for agreement and accuracy side by side.
-- Grain: one row per current vote on a deciding question.
-- Parameters: $questions (list of question ids), $now, $weeks: as many before the last vote are told of, and those votes are
-- the data's own time: a history may be delivered long after it was.
with answered as (
    select comment_id, annotator_id, label, answered_at from counted_votes
    where answered_at is not null and list_contains($questions, question)
      and comment_id not in (
          select comment_id from next_uncertainty_batch where labeling_round is not null and strategy <> 'random')
)
select comment_id, annotator_id, label, time_bucket(interval 7 days, answered_at, timestamp '1970-01-05') as week
from answered
where answered_at >= least($now, (select max(answered_at) from answered)) - to_weeks($weeks)
order by week, comment_id, annotator_id, label
