-- Purpose: an expert who voted on a comment as an annotator is no judge of it: said once, for every query that asks.
-- Grain: the comment on each view says what one row is.
-- Parameters: none.

-- A view of its own and no column of expert_verdicts: who does not ask pays for no look at the votes, and what verdicts
-- say does not change when votes come in.
CREATE VIEW independent_verdicts AS
SELECT v.*
FROM expert_verdicts v
WHERE NOT EXISTS (FROM vote_log o WHERE o.comment_id = v.comment_id AND o.annotator_id = v.expert_id);
COMMENT ON VIEW independent_verdicts IS 'one verdict of somebody who may give one, and did not vote on the comment as an annotator';
COMMENT ON COLUMN independent_verdicts.verdict_id IS 'hash of its content';
COMMENT ON COLUMN independent_verdicts.comment_id IS 'the comment';
COMMENT ON COLUMN independent_verdicts.expert_id IS 'who';
COMMENT ON COLUMN independent_verdicts.label IS 'the class';
COMMENT ON COLUMN independent_verdicts.stated_confidence IS 'what the expert said of their certainty, 0 to 1';
COMMENT ON COLUMN independent_verdicts.note IS 'what the expert noted';
COMMENT ON COLUMN independent_verdicts.context_shown IS 'the context the expert saw, or whether there was any';
COMMENT ON COLUMN independent_verdicts.error_type IS 'what went wrong in the labels before';
COMMENT ON COLUMN independent_verdicts.decided_at IS 'when';
COMMENT ON COLUMN independent_verdicts.schema_version IS 'version of the ontology in force';
COMMENT ON COLUMN independent_verdicts.guideline_hash IS 'sha256 of what annotators were told';
COMMENT ON COLUMN independent_verdicts.metadata IS 'JSON object of the columns this pipeline has no meaning for';
COMMENT ON COLUMN independent_verdicts.file_sha256 IS 'the inbox file the row came from';
COMMENT ON COLUMN independent_verdicts.line IS 'its line in that file (row number for Parquet)';
