-- Purpose: what is concluded about comments and annotators.
-- Grain: the comment on each table says what one row is.
-- Parameters: none.

CREATE TABLE consensus_labels (
    comment_id VARCHAR NOT NULL,
    labeling_round VARCHAR NOT NULL,
    schema_version VARCHAR NOT NULL,
    guideline_hash VARCHAR NOT NULL,
    label VARCHAR,
    confidence DOUBLE,
    probabilities MAP(VARCHAR, DOUBLE) NOT NULL,
    vote_shares MAP(VARCHAR, DOUBLE),
    confidence_is VARCHAR NOT NULL,
    n_votes BIGINT NOT NULL,
    agreement DOUBLE,
    entropy DOUBLE,
    composed_label VARCHAR,
    method VARCHAR NOT NULL,
    evidence_at TIMESTAMP,
    CHECK (confidence_is IN ('calibrated', 'uncalibrated'))
);
COMMENT ON TABLE consensus_labels IS 'one comment''s aggregated label';
COMMENT ON COLUMN consensus_labels.comment_id IS 'the comment';
COMMENT ON COLUMN consensus_labels.labeling_round IS 'the last round its votes come from';
COMMENT ON COLUMN consensus_labels.schema_version IS 'version of the ontology in force';
COMMENT ON COLUMN consensus_labels.guideline_hash IS 'sha256 of what annotators were told';
COMMENT ON COLUMN consensus_labels.label IS 'the class with the highest probability';
COMMENT ON COLUMN consensus_labels.confidence IS 'the label''s probability';
COMMENT ON COLUMN consensus_labels.probabilities IS 'class → what we believe';
COMMENT ON COLUMN consensus_labels.vote_shares IS 'class → what people said, smoothed';
COMMENT ON COLUMN consensus_labels.confidence_is IS 'calibrated or uncalibrated';
COMMENT ON COLUMN consensus_labels.n_votes IS 'current votes behind it';
COMMENT ON COLUMN consensus_labels.agreement IS 'share of agreeing pairs';
COMMENT ON COLUMN consensus_labels.entropy IS 'entropy of the probabilities, bits';
COMMENT ON COLUMN consensus_labels.composed_label IS 'what the composition rule makes of the answers';
COMMENT ON COLUMN consensus_labels.method IS 'consensus method';
COMMENT ON COLUMN consensus_labels.evidence_at IS 'time of the last vote behind it';

CREATE TABLE consensus_answers (
    comment_id VARCHAR NOT NULL,
    question VARCHAR NOT NULL,
    answer VARCHAR,
    confidence DOUBLE,
    probabilities MAP(VARCHAR, DOUBLE) NOT NULL,
    n_votes BIGINT NOT NULL,
    agreement DOUBLE
);
COMMENT ON TABLE consensus_answers IS 'one comment''s aggregated answer to one question';
COMMENT ON COLUMN consensus_answers.comment_id IS 'the comment';
COMMENT ON COLUMN consensus_answers.question IS 'the question';
COMMENT ON COLUMN consensus_answers.answer IS 'the answer with the highest probability';
COMMENT ON COLUMN consensus_answers.confidence IS 'its probability';
COMMENT ON COLUMN consensus_answers.probabilities IS 'answer → probability';
COMMENT ON COLUMN consensus_answers.n_votes IS 'current votes behind it';
COMMENT ON COLUMN consensus_answers.agreement IS 'share of agreeing pairs';

CREATE TABLE weak_labels (
    comment_id VARCHAR NOT NULL,
    label VARCHAR,
    confidence DOUBLE,
    probabilities MAP(VARCHAR, DOUBLE) NOT NULL,
    n_fired BIGINT NOT NULL,
    method VARCHAR NOT NULL
);
COMMENT ON TABLE weak_labels IS 'one comment labeled by labeling functions';
COMMENT ON COLUMN weak_labels.comment_id IS 'the comment';
COMMENT ON COLUMN weak_labels.label IS 'the class with the highest probability';
COMMENT ON COLUMN weak_labels.confidence IS 'the label''s probability';
COMMENT ON COLUMN weak_labels.probabilities IS 'class → what we believe';
COMMENT ON COLUMN weak_labels.n_fired IS 'labeling functions that did not abstain';
COMMENT ON COLUMN weak_labels.method IS 'label model';

CREATE TABLE pre_labels (
    comment_id VARCHAR NOT NULL,
    model_version VARCHAR NOT NULL,
    label VARCHAR,
    confidence DOUBLE,
    probabilities MAP(VARCHAR, DOUBLE) NOT NULL,
    decision VARCHAR NOT NULL
);
COMMENT ON TABLE pre_labels IS 'one model draft for one comment';
COMMENT ON COLUMN pre_labels.comment_id IS 'the comment';
COMMENT ON COLUMN pre_labels.model_version IS 'the model';
COMMENT ON COLUMN pre_labels.label IS 'the draft';
COMMENT ON COLUMN pre_labels.confidence IS 'the label''s probability';
COMMENT ON COLUMN pre_labels.probabilities IS 'class → what we believe';
COMMENT ON COLUMN pre_labels.decision IS 'what is done with the draft';

CREATE TABLE qc_outcomes (
    comment_id VARCHAR NOT NULL,
    outcome VARCHAR NOT NULL,
    reasons VARCHAR[] NOT NULL,
    label VARCHAR,
    confidence DOUBLE,
    probabilities MAP(VARCHAR, DOUBLE) NOT NULL,
    vote_shares MAP(VARCHAR, DOUBLE),
    weight DOUBLE,
    schema_version VARCHAR NOT NULL,
    guideline_hash VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    labeled_by VARCHAR[],
    labeled_at TIMESTAMP,
    n_votes BIGINT,
    agreement DOUBLE,
    CHECK (outcome IN ('passed', 'adjudicate', 'rejected'))
);
COMMENT ON TABLE qc_outcomes IS 'one label and what quality control says of it';
COMMENT ON COLUMN qc_outcomes.comment_id IS 'the comment';
COMMENT ON COLUMN qc_outcomes.outcome IS 'passed, adjudicate or rejected';
COMMENT ON COLUMN qc_outcomes.reasons IS 'why';
COMMENT ON COLUMN qc_outcomes.label IS 'the class';
COMMENT ON COLUMN qc_outcomes.confidence IS 'its probability';
COMMENT ON COLUMN qc_outcomes.probabilities IS 'class → what we believe';
COMMENT ON COLUMN qc_outcomes.vote_shares IS 'class → what people said, smoothed';
COMMENT ON COLUMN qc_outcomes.weight IS 'weight in training';
COMMENT ON COLUMN qc_outcomes.schema_version IS 'version of the ontology in force';
COMMENT ON COLUMN qc_outcomes.guideline_hash IS 'sha256 of what annotators were told';
COMMENT ON COLUMN qc_outcomes.source IS 'crowd, verdict, weak label, model draft, or what they were fused from';
COMMENT ON COLUMN qc_outcomes.labeled_by IS 'annotators and experts behind it';
COMMENT ON COLUMN qc_outcomes.labeled_at IS 'time of the last evidence';
COMMENT ON COLUMN qc_outcomes.n_votes IS 'current votes behind it';
COMMENT ON COLUMN qc_outcomes.agreement IS 'share of agreeing pairs';

CREATE TABLE label_history (
    event_id VARCHAR NOT NULL,
    comment_id VARCHAR NOT NULL,
    happened_at TIMESTAMP,
    event VARCHAR NOT NULL,
    detail VARCHAR
);
COMMENT ON TABLE label_history IS 'one thing that happened to one comment''s label, for good';
COMMENT ON COLUMN label_history.event_id IS 'hash of its content';
COMMENT ON COLUMN label_history.comment_id IS 'the comment';
COMMENT ON COLUMN label_history.happened_at IS 'event time';
COMMENT ON COLUMN label_history.event IS 'what happened';
COMMENT ON COLUMN label_history.detail IS 'JSON object';

CREATE TABLE adjudication_queue (
    comment_id VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    value DOUBLE,
    queued_at TIMESTAMP,
    expert_id VARCHAR,
    context VARCHAR,
    schema_version VARCHAR NOT NULL
);
COMMENT ON TABLE adjudication_queue IS 'one comment that waits for an expert';
COMMENT ON COLUMN adjudication_queue.comment_id IS 'the comment';
COMMENT ON COLUMN adjudication_queue.reason IS 'why';
COMMENT ON COLUMN adjudication_queue.value IS 'what a verdict is worth; highest first';
COMMENT ON COLUMN adjudication_queue.queued_at IS 'wall clock: when it came in (the simulated clock in a simulated home)';
COMMENT ON COLUMN adjudication_queue.expert_id IS 'who should see it';
COMMENT ON COLUMN adjudication_queue.context IS 'what came before it';
COMMENT ON COLUMN adjudication_queue.schema_version IS 'version of the ontology in force';

CREATE TABLE annotator_reliability (
    annotator_id VARCHAR NOT NULL,
    week TIMESTAMP NOT NULL,
    statistic VARCHAR NOT NULL,
    value DOUBLE,
    low DOUBLE,
    high DOUBLE,
    n DOUBLE,
    CHECK (statistic IN ('gold_accuracy', 'honeypot_accuracy', 'consensus_accuracy', 'reliability'))
);
COMMENT ON TABLE annotator_reliability IS 'one statistic of one annotator in one week';
COMMENT ON COLUMN annotator_reliability.annotator_id IS 'who';
COMMENT ON COLUMN annotator_reliability.week IS 'first day of the week';
COMMENT ON COLUMN annotator_reliability.statistic IS 'gold_accuracy, honeypot_accuracy, consensus_accuracy or reliability';
COMMENT ON COLUMN annotator_reliability.value IS 'the statistic';
COMMENT ON COLUMN annotator_reliability.low IS 'lower end of the 95 % interval';
COMMENT ON COLUMN annotator_reliability.high IS 'upper end';
COMMENT ON COLUMN annotator_reliability.n IS 'votes behind it, decayed where the statistic decays';

CREATE VIEW qc_passed_labels AS SELECT * FROM qc_outcomes WHERE outcome = 'passed';
COMMENT ON VIEW qc_passed_labels IS 'one label that quality control passed: all that training and exports may read';
COMMENT ON COLUMN qc_passed_labels.comment_id IS 'the comment';
COMMENT ON COLUMN qc_passed_labels.outcome IS 'passed, adjudicate or rejected';
COMMENT ON COLUMN qc_passed_labels.reasons IS 'why';
COMMENT ON COLUMN qc_passed_labels.label IS 'the class';
COMMENT ON COLUMN qc_passed_labels.confidence IS 'its probability';
COMMENT ON COLUMN qc_passed_labels.probabilities IS 'class → what we believe';
COMMENT ON COLUMN qc_passed_labels.vote_shares IS 'class → what people said, smoothed';
COMMENT ON COLUMN qc_passed_labels.weight IS 'weight in training';
COMMENT ON COLUMN qc_passed_labels.schema_version IS 'version of the ontology in force';
COMMENT ON COLUMN qc_passed_labels.guideline_hash IS 'sha256 of what annotators were told';
COMMENT ON COLUMN qc_passed_labels.source IS 'crowd, verdict, weak label, model draft, or what they were fused from';
COMMENT ON COLUMN qc_passed_labels.labeled_by IS 'annotators and experts behind it';
COMMENT ON COLUMN qc_passed_labels.labeled_at IS 'time of the last evidence';
COMMENT ON COLUMN qc_passed_labels.n_votes IS 'current votes behind it';
COMMENT ON COLUMN qc_passed_labels.agreement IS 'share of agreeing pairs';
