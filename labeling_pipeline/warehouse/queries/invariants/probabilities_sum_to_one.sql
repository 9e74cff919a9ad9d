-- Purpose: labels whose probabilities or vote shares are no distribution. Holds when empty.
-- Grain: one row per comment.
-- Parameters: none.
select comment_id from consensus_labels
where abs(list_sum(map_values(probabilities)) - 1) > 1e-6 or list_min(map_values(probabilities)) < 0
   or abs(list_sum(map_values(vote_shares)) - 1) > 1e-6
order by comment_id limit 100
