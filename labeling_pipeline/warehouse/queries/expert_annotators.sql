-- Purpose: whom the queue may be given to.
-- Grain: one row per expert.
-- Parameters: none.
select annotator_id from annotators where kind = 'expert' order by annotator_id
