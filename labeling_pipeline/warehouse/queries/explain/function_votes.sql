-- Purpose: the labeling functions that voted on one comment, and what their votes are worth.
-- Grain: one row per vote.
-- Parameters: $comment_id.
select v.lf, v.label, f.learned_accuracy, f.near_copies, f.code_hash, f.note
from labeling_function_votes v left join labeling_functions f using (lf)
where v.comment_id = $comment_id order by v.lf
