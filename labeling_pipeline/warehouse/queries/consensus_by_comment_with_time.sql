-- Purpose: what the crowd's votes come to, as a source among others.
-- Grain: one row per comment with a consensus label.
-- Parameters: none.
select comment_id, probabilities, confidence_is, evidence_at as "at" from consensus_labels order by comment_id
