-- Purpose: what quality control said of one comment, each time it said something else.
-- Grain: one row per event.
-- Parameters: $comment_id.
select happened_at, event, detail,
       exists (from gold_set g where g.comment_id = h.comment_id and g.role = 'fit'
               and (g.decided_at is null or h.happened_at is null or g.decided_at <= h.happened_at)) as is_clamped
from label_history h where comment_id = $comment_id
order by happened_at, starts_with(event, 'gold'), event, detail
