-- Purpose: which votes weigh, and in which slices a comment is: said once, for every query that asks.
-- Grain: the comment on each view says what one row is.
-- Parameters: none.

CREATE VIEW counted_votes AS
SELECT vote_id, comment_id, question, annotator_id, labeling_round, label, stated_confidence, answered_at,
       schema_version, guideline_hash
FROM crowd_votes
WHERE is_current AND vote_id NOT IN (SELECT vote_id FROM votes_set_aside);
COMMENT ON VIEW counted_votes IS 'one vote that weighs: a standing answer, given while its annotator was not paused';
COMMENT ON COLUMN counted_votes.vote_id IS 'the vote';
COMMENT ON COLUMN counted_votes.comment_id IS 'the comment';
COMMENT ON COLUMN counted_votes.question IS 'the question';
COMMENT ON COLUMN counted_votes.annotator_id IS 'who; NULL where the vendor does not say';
COMMENT ON COLUMN counted_votes.labeling_round IS 'the round';
COMMENT ON COLUMN counted_votes.label IS 'the answer';
COMMENT ON COLUMN counted_votes.stated_confidence IS 'what the annotator said of their certainty, 0 to 1';
COMMENT ON COLUMN counted_votes.answered_at IS 'when';
COMMENT ON COLUMN counted_votes.schema_version IS 'version of the ontology in force';
COMMENT ON COLUMN counted_votes.guideline_hash IS 'sha256 of what annotators were told';

CREATE VIEW slices_by_comment AS
SELECT comment_id, list_sort(list(DISTINCT slice)) AS slices FROM comment_slices GROUP BY comment_id;
COMMENT ON VIEW slices_by_comment IS 'one comment that is in a slice, by tag or by rule';
COMMENT ON COLUMN slices_by_comment.comment_id IS 'the comment';
COMMENT ON COLUMN slices_by_comment.slices IS 'every slice it is in, by name';
