-- Purpose: candidates that two experts have made gold, and that are not in the gold set yet. What was exported since it
-- became ready is fitted to alone.
-- Grain: one row per comment.
-- Parameters: none.
select comment_id, label,
       case when comment_id in (select comment_id from learned_comments) then 'fit' else role end as role,
       inclusion_p, expert_ids, decided_at
from gold_candidates
where state = 'ready' and comment_id not in (select comment_id from gold_set) order by comment_id
