-- Purpose: batches with a comment twice, or a chosen one with gold that measures. What became gold after its batch was a
-- round has been asked already, and is no fault. Holds when empty.
-- Grain: one row per batch and comment.
-- Parameters: none.
select batch_id, comment_id from next_uncertainty_batch group by all having count(*) > 1
union all
select batch_id, comment_id from next_uncertainty_batch
where labeling_round is null and comment_id in (select comment_id from gold_set where role in ('measure', 'sealed'))
order by comment_id limit 100
