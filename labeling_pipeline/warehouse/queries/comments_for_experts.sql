-- Purpose: comments an expert may still be asked about: not gold, no verdict, on no desk, in no expert round.
-- Grain: one row per comment.
-- Parameters: none.
select comment_id from raw_comments
where comment_id not in (select comment_id from gold_set)
  and comment_id not in (select comment_id from expert_verdicts)
  and comment_id not in (select comment_id from adjudication_queue where expert_id is not null)
  and comment_id not in (
      select t.comment_id from decomposed_tasks t join rounds r using (labeling_round) where r.kind = 'expert')
order by comment_id
