-- Purpose: the batch that is chosen and not yet a round.
-- Grain: one row per comment.
-- Parameters: none.
select batch_id, comment_id, rank, score, strategy, reason, route, model_version
from next_uncertainty_batch where labeling_round is null order by rank, comment_id
