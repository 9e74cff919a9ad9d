-- Purpose: experts' decisions as the gate reads them, and whether the expert had voted on the comment as an annotator.
-- Grain: one row per verdict.
-- Parameters: none.
select verdict_id, comment_id, expert_id, label, stated_confidence, note, error_type, context_shown, decided_at,
       schema_version, guideline_hash,
       verdict_id not in (select verdict_id from independent_verdicts) as voted_as_annotator
from expert_verdicts order by comment_id, decided_at nulls first, verdict_id
