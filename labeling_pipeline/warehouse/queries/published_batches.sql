-- Purpose: the batches that became rounds.
-- Grain: one row per comment asked.
-- Parameters: none.
select * from next_uncertainty_batch where labeling_round is not null order by labeling_round, rank, comment_id
