-- Purpose: who may be asked for by name: listed experts, and whoever has work on a desk or gave a verdict that counts.
-- Grain: one row per expert.
-- Parameters: none.
select annotator_id as expert_id from annotators where kind = 'expert'
union select expert_id from adjudication_queue where expert_id is not null
union select expert_id from expert_verdicts
order by 1
