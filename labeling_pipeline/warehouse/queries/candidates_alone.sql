-- Purpose: comments on their way to the gold set that one expert has decided, and another has not.
-- Grain: one row per comment.
-- Parameters: none.
select comment_id from gold_candidates where state = 'candidate' and len(expert_ids) = 1 order by comment_id
