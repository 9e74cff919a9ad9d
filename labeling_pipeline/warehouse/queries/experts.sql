-- Purpose: experts with what they agreed to.
-- Grain: one row per expert.
-- Parameters: none.
select annotator_id, consent, attributes from annotators where kind = 'expert' order by annotator_id
