-- Purpose: comments that experts should see instead of the crowd: in a watched slice, or asked before and found to need
-- context; nobody has been asked about them in a round that is to come.
-- Grain: one row per comment.
-- Parameters: $watched (list of slices).
select c.comment_id
from raw_comments c
where c.comment_id not in (select comment_id from verdicts)
  and (list_has_any(coalesce(c.slices, []), $watched)
       or c.comment_id in (select comment_id from consensus_answers where question = 'requires_context' and answer = 'yes'))
order by c.comment_id
