-- Purpose: labels of finished crowd rounds whose unanimous ones nobody has drawn from yet.
-- Grain: one row per label; gold and comments with a verdict are left out.
-- Parameters: $rounds (list of finished rounds).
select l.labeling_round, l.comment_id, l.label, l.agreement, l.n_votes, r.text, coalesce(m.slices, []) as slices
from consensus_labels l
join raw_comments r using (comment_id)
left join slices_by_comment m on m.comment_id = l.comment_id
where list_contains($rounds, l.labeling_round) and l.label is not null
  and l.labeling_round not in (select labeling_round from unanimous_review)
  and l.comment_id not in (select comment_id from gold_set)
  and l.comment_id not in (select comment_id from expert_verdicts)
  and l.comment_id not in (select comment_id from unanimous_review)
order by l.labeling_round, l.comment_id
