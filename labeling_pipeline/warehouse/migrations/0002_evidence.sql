-- Purpose: what people, experts, gold and production said.
-- Grain: the comment on each table says what one row is.
-- Parameters: none.

CREATE TABLE vote_log (
    vote_id VARCHAR NOT NULL,
    comment_id VARCHAR NOT NULL,
    question VARCHAR NOT NULL,
    annotator_id VARCHAR,
    labeling_round VARCHAR NOT NULL,
    label VARCHAR NOT NULL,
    task_id VARCHAR,
    stated_confidence DOUBLE,
    answered_at TIMESTAMP,
    duration_s DOUBLE,
    schema_version VARCHAR NOT NULL,
    guideline_hash VARCHAR NOT NULL,
    draft_shown VARCHAR,
    context_shown VARCHAR,
    metadata VARCHAR,
    file_sha256 VARCHAR NOT NULL,
    line BIGINT NOT NULL,
    CHECK (stated_confidence BETWEEN 0 AND 1),
    CHECK (duration_s >= 0)
);
COMMENT ON TABLE vote_log IS 'one vote, for good';
COMMENT ON COLUMN vote_log.vote_id IS 'hash of its content and a number for equal rows of one file';
COMMENT ON COLUMN vote_log.comment_id IS 'the comment';
COMMENT ON COLUMN vote_log.question IS 'the question';
COMMENT ON COLUMN vote_log.annotator_id IS 'who; NULL where the vendor does not say';
COMMENT ON COLUMN vote_log.labeling_round IS 'the round';
COMMENT ON COLUMN vote_log.label IS 'the answer';
COMMENT ON COLUMN vote_log.task_id IS 'the task as the vendor named it';
COMMENT ON COLUMN vote_log.stated_confidence IS 'what the annotator said of their certainty, 0 to 1';
COMMENT ON COLUMN vote_log.answered_at IS 'when';
COMMENT ON COLUMN vote_log.duration_s IS 'how long it took';
COMMENT ON COLUMN vote_log.schema_version IS 'version of the ontology in force';
COMMENT ON COLUMN vote_log.guideline_hash IS 'sha256 of what annotators were told';
COMMENT ON COLUMN vote_log.draft_shown IS 'the draft the annotator saw, or whether there was one';
COMMENT ON COLUMN vote_log.context_shown IS 'the context the annotator saw, or whether there was any';
COMMENT ON COLUMN vote_log.metadata IS 'JSON object of the columns this pipeline has no meaning for';
COMMENT ON COLUMN vote_log.file_sha256 IS 'the inbox file the row came from';
COMMENT ON COLUMN vote_log.line IS 'its line in that file (row number for Parquet)';

CREATE TABLE verdicts (
    verdict_id VARCHAR NOT NULL,
    comment_id VARCHAR NOT NULL,
    expert_id VARCHAR NOT NULL,
    label VARCHAR NOT NULL,
    stated_confidence DOUBLE,
    note VARCHAR,
    context_shown VARCHAR,
    error_type VARCHAR,
    decided_at TIMESTAMP,
    schema_version VARCHAR NOT NULL,
    guideline_hash VARCHAR NOT NULL,
    metadata VARCHAR,
    file_sha256 VARCHAR NOT NULL,
    line BIGINT NOT NULL,
    CHECK (stated_confidence BETWEEN 0 AND 1)
);
COMMENT ON TABLE verdicts IS 'one expert decision, for good';
COMMENT ON COLUMN verdicts.verdict_id IS 'hash of its content';
COMMENT ON COLUMN verdicts.comment_id IS 'the comment';
COMMENT ON COLUMN verdicts.expert_id IS 'who';
COMMENT ON COLUMN verdicts.label IS 'the class';
COMMENT ON COLUMN verdicts.stated_confidence IS 'what the expert said of their certainty, 0 to 1';
COMMENT ON COLUMN verdicts.note IS 'what the expert noted';
COMMENT ON COLUMN verdicts.context_shown IS 'the context the expert saw, or whether there was any';
COMMENT ON COLUMN verdicts.error_type IS 'what went wrong in the labels before';
COMMENT ON COLUMN verdicts.decided_at IS 'when';
COMMENT ON COLUMN verdicts.schema_version IS 'version of the ontology in force';
COMMENT ON COLUMN verdicts.guideline_hash IS 'sha256 of what annotators were told';
COMMENT ON COLUMN verdicts.metadata IS 'JSON object of the columns this pipeline has no meaning for';
COMMENT ON COLUMN verdicts.file_sha256 IS 'the inbox file the row came from';
COMMENT ON COLUMN verdicts.line IS 'its line in that file (row number for Parquet)';

CREATE TABLE gold_set (
    comment_id VARCHAR NOT NULL,
    label VARCHAR NOT NULL,
    text VARCHAR,
    role VARCHAR NOT NULL,
    inclusion_p DOUBLE,
    expert_ids VARCHAR[],
    decided_at TIMESTAMP,
    schema_version VARCHAR NOT NULL,
    source VARCHAR,
    slices VARCHAR[] NOT NULL,
    metadata VARCHAR,
    file_sha256 VARCHAR NOT NULL,
    line BIGINT NOT NULL,
    CHECK (role IN ('fit', 'measure', 'sealed', 'candidate', 'retired')),
    CHECK (inclusion_p > 0 AND inclusion_p <= 1)
);
COMMENT ON TABLE gold_set IS 'one comment with an expert-adjudicated label';
COMMENT ON COLUMN gold_set.comment_id IS 'the comment';
COMMENT ON COLUMN gold_set.label IS 'the class';
COMMENT ON COLUMN gold_set.text IS 'the comment''s text, where gold brought it';
COMMENT ON COLUMN gold_set.role IS 'fit (clamp, calibrate, choose), measure (report) or sealed (final evaluation); candidate and retired are used for nothing';
COMMENT ON COLUMN gold_set.inclusion_p IS 'probability with which the comment came into the set';
COMMENT ON COLUMN gold_set.expert_ids IS 'who decided';
COMMENT ON COLUMN gold_set.decided_at IS 'when';
COMMENT ON COLUMN gold_set.schema_version IS 'version of the ontology in force';
COMMENT ON COLUMN gold_set.source IS 'where it comes from';
COMMENT ON COLUMN gold_set.slices IS 'slices it was given as being in';
COMMENT ON COLUMN gold_set.metadata IS 'JSON object of the columns this pipeline has no meaning for';
COMMENT ON COLUMN gold_set.file_sha256 IS 'the inbox file the row came from';
COMMENT ON COLUMN gold_set.line IS 'its line in that file (row number for Parquet)';

CREATE TABLE production_predictions (
    prediction_id VARCHAR NOT NULL,
    comment_id VARCHAR NOT NULL,
    model_version VARCHAR,
    predicted_at TIMESTAMP,
    probabilities MAP(VARCHAR, DOUBLE) NOT NULL,
    confidence DOUBLE NOT NULL,
    margin DOUBLE NOT NULL,
    metadata VARCHAR,
    file_sha256 VARCHAR NOT NULL,
    line BIGINT NOT NULL
);
COMMENT ON TABLE production_predictions IS 'one prediction of one model about one comment';
COMMENT ON COLUMN production_predictions.prediction_id IS 'hash of its content';
COMMENT ON COLUMN production_predictions.comment_id IS 'the comment';
COMMENT ON COLUMN production_predictions.model_version IS 'the model';
COMMENT ON COLUMN production_predictions.predicted_at IS 'when';
COMMENT ON COLUMN production_predictions.probabilities IS 'class → probability';
COMMENT ON COLUMN production_predictions.confidence IS 'the highest of them';
COMMENT ON COLUMN production_predictions.margin IS 'the highest less the second';
COMMENT ON COLUMN production_predictions.metadata IS 'JSON object of the columns this pipeline has no meaning for';
COMMENT ON COLUMN production_predictions.file_sha256 IS 'the inbox file the row came from';
COMMENT ON COLUMN production_predictions.line IS 'its line in that file (row number for Parquet)';

CREATE TABLE production_feedback (
    feedback_id VARCHAR NOT NULL,
    comment_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    label VARCHAR,
    actor_id VARCHAR,
    created_at TIMESTAMP,
    metadata VARCHAR,
    file_sha256 VARCHAR NOT NULL,
    line BIGINT NOT NULL
);
COMMENT ON TABLE production_feedback IS 'one signal from production';
COMMENT ON COLUMN production_feedback.feedback_id IS 'hash of its content and a number for equal rows of one file';
COMMENT ON COLUMN production_feedback.comment_id IS 'the comment';
COMMENT ON COLUMN production_feedback.kind IS 'flag, override, appeal, escalation, correction, rejection, click, or one the settings declare';
COMMENT ON COLUMN production_feedback.label IS 'the class it asks for, where it does';
COMMENT ON COLUMN production_feedback.actor_id IS 'who';
COMMENT ON COLUMN production_feedback.created_at IS 'when';
COMMENT ON COLUMN production_feedback.metadata IS 'JSON object of the columns this pipeline has no meaning for';
COMMENT ON COLUMN production_feedback.file_sha256 IS 'the inbox file the row came from';
COMMENT ON COLUMN production_feedback.line IS 'its line in that file (row number for Parquet)';

-- Every vote, and whether it counts: of one annotator's answers to one question about one comment in one round the
-- latest does, then the higher file hash, then the higher line. Votes without an annotator all count.
CREATE VIEW crowd_votes AS
SELECT *,
    annotator_id IS NULL OR row_number() OVER (
        PARTITION BY comment_id, question, annotator_id, labeling_round
        ORDER BY answered_at DESC NULLS LAST, file_sha256 DESC, line DESC
    ) = 1 AS is_current
FROM vote_log;
COMMENT ON VIEW crowd_votes IS 'one accepted vote, and whether it counts';
COMMENT ON COLUMN crowd_votes.vote_id IS 'hash of its content and a number for equal rows of one file';
COMMENT ON COLUMN crowd_votes.comment_id IS 'the comment';
COMMENT ON COLUMN crowd_votes.question IS 'the question';
COMMENT ON COLUMN crowd_votes.annotator_id IS 'who; NULL where the vendor does not say';
COMMENT ON COLUMN crowd_votes.labeling_round IS 'the round';
COMMENT ON COLUMN crowd_votes.label IS 'the answer';
COMMENT ON COLUMN crowd_votes.task_id IS 'the task as the vendor named it';
COMMENT ON COLUMN crowd_votes.stated_confidence IS 'what the annotator said of their certainty, 0 to 1';
COMMENT ON COLUMN crowd_votes.answered_at IS 'when';
COMMENT ON COLUMN crowd_votes.duration_s IS 'how long it took';
COMMENT ON COLUMN crowd_votes.schema_version IS 'version of the ontology in force';
COMMENT ON COLUMN crowd_votes.guideline_hash IS 'sha256 of what annotators were told';
COMMENT ON COLUMN crowd_votes.draft_shown IS 'the draft the annotator saw, or whether there was one';
COMMENT ON COLUMN crowd_votes.context_shown IS 'the context the annotator saw, or whether there was any';
COMMENT ON COLUMN crowd_votes.metadata IS 'JSON object of the columns this pipeline has no meaning for';
COMMENT ON COLUMN crowd_votes.file_sha256 IS 'the inbox file the row came from';
COMMENT ON COLUMN crowd_votes.line IS 'its line in that file (row number for Parquet)';
COMMENT ON COLUMN crowd_votes.is_current IS 'this is the annotator''s standing answer';
