-- Purpose: whom a platform may ask: crowd annotators who are not paused, with what they agreed to.
-- Grain: one row per crowd annotator.
-- Parameters: none.
select annotator_id, consent, attributes from annotators
where kind = 'crowd' and annotator_id not in (select annotator_id from annotator_pauses)
order by annotator_id
