-- Purpose: labels that passed lately and that no expert has seen: what a drift alarm asks to be looked at.
-- Grain: one row per comment.
-- Parameters: $since (labeled from then on).
select comment_id from qc_passed_labels
where labeled_at >= $since and n_votes > 0
  and comment_id not in (select comment_id from expert_verdicts)
  and comment_id not in (select comment_id from gold_set)
  and comment_id not in (
      select t.comment_id from decomposed_tasks t join rounds r using (labeling_round) where r.kind = 'expert')
order by comment_id
