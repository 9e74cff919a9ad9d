-- Purpose: experts' decisions as the gate reads them.
-- Grain: one row per verdict.
-- Parameters: none.
select verdict_id, comment_id, expert_id, label, stated_confidence, note, error_type, context_shown, decided_at,
       schema_version, guideline_hash
from verdicts order by comment_id, decided_at nulls first, verdict_id
