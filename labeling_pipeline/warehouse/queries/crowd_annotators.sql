-- Purpose: whom a platform may ask.
-- Grain: one row per crowd annotator.
-- Parameters: none.
select annotator_id from annotators where kind = 'crowd' order by annotator_id
