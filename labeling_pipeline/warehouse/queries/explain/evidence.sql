-- Purpose: what each source says of one comment, and how much it counts.
-- Grain: one row per source.
-- Parameters: $comment_id.
select source, weight, evidence, probabilities from fusion_evidence where comment_id = $comment_id order by source
