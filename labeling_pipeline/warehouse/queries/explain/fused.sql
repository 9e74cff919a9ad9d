-- Purpose: the label that all sources of one comment add up to.
-- Grain: one row.
-- Parameters: $comment_id.
select label, confidence, probabilities, source, confidence_is, with_verdicts, evidence_at
from fused_labels where comment_id = $comment_id
