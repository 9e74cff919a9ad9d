-- Purpose: labels of finished crowd rounds whose unanimous ones nobody has drawn from yet. A label whose latest votes
-- name no round of ours is of the round they answer.
-- Grain: one row per label; gold and comments with a verdict are left out.
-- Parameters: $rounds (list of finished rounds).
with answered as (
    select v.comment_id, v.labeling_round as named, max_by(a.labeling_round, try_cast(a.labeling_round as integer)) as ours
    from vote_log v join answered_rounds a using (vote_id)
    where a.labeling_round is distinct from v.labeling_round group by all
),
labels as (
    select coalesce(a.ours, l.labeling_round) as labeling_round, l.* exclude (labeling_round)
    from consensus_labels l left join answered a on a.comment_id = l.comment_id and a.named = l.labeling_round
)
select l.labeling_round, l.comment_id, l.label, l.agreement, l.n_votes, r.text, coalesce(m.slices, []) as slices
from labels l
join raw_comments r using (comment_id)
left join slices_by_comment m on m.comment_id = l.comment_id
where list_contains($rounds, l.labeling_round) and l.label is not null
  and l.labeling_round not in (select labeling_round from unanimous_review)
  and l.comment_id not in (select comment_id from gold_set)
  and l.comment_id not in (select comment_id from expert_verdicts)
  and l.comment_id not in (select comment_id from unanimous_review)
order by l.labeling_round, l.comment_id
