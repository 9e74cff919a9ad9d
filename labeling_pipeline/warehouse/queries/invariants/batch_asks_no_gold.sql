-- Purpose: batches with a comment twice, or with gold that measures. Holds when empty.
-- Grain: one row per batch and comment.
-- Parameters: none.
select batch_id, comment_id from next_uncertainty_batch group by all having count(*) > 1
union all
select batch_id, comment_id from next_uncertainty_batch
where comment_id in (select comment_id from gold_set where role in ('measure', 'sealed'))
order by comment_id limit 100
