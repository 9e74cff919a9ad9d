-- Purpose: the batch that is chosen and not yet a round; what has become gold that measures since is withdrawn from it.
-- Grain: one row per comment.
-- Parameters: none.
select batch_id, comment_id, rank, score, strategy, reason, route, model_version
from next_uncertainty_batch
where labeling_round is null
  and comment_id not in (select comment_id from gold_set where role in ('measure', 'sealed'))
order by rank, comment_id
