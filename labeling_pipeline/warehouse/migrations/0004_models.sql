-- Purpose: exports, models and what to label next.
-- Grain: the comment on each table says what one row is.
-- Parameters: none.

CREATE TABLE versioned_export (
    version VARCHAR PRIMARY KEY,
    parent VARCHAR,
    reason VARCHAR,
    schema_version VARCHAR NOT NULL,
    n_labels BIGINT NOT NULL,
    content_sha256 VARCHAR NOT NULL,
    manifest_sha256 VARCHAR NOT NULL,
    path VARCHAR NOT NULL,
    labeled_until TIMESTAMP,
    exported_at TIMESTAMP
);
COMMENT ON TABLE versioned_export IS 'one export';
COMMENT ON COLUMN versioned_export.version IS '1.0.0-style: ontology, labels, corrections';
COMMENT ON COLUMN versioned_export.parent IS 'the version before';
COMMENT ON COLUMN versioned_export.reason IS 'what changed';
COMMENT ON COLUMN versioned_export.schema_version IS 'version of the ontology in force';
COMMENT ON COLUMN versioned_export.n_labels IS 'labels in it';
COMMENT ON COLUMN versioned_export.content_sha256 IS 'hash of labels and votes';
COMMENT ON COLUMN versioned_export.manifest_sha256 IS 'hash of the manifest';
COMMENT ON COLUMN versioned_export.path IS 'folder, relative to the home';
COMMENT ON COLUMN versioned_export.labeled_until IS 'time of the last label in it';
COMMENT ON COLUMN versioned_export.exported_at IS 'wall clock: when it was made (the simulated clock in a simulated home)';

CREATE TABLE retrained_model (
    model_version VARCHAR PRIMARY KEY,
    export_version VARCHAR NOT NULL,
    trained_at TIMESTAMP,
    status VARCHAR NOT NULL,
    status_reason VARCHAR,
    path VARCHAR,
    seed BIGINT,
    n_train BIGINT NOT NULL,
    model_sha256 VARCHAR,
    metrics MAP(VARCHAR, DOUBLE)
);
COMMENT ON TABLE retrained_model IS 'one trained model';
COMMENT ON COLUMN retrained_model.model_version IS 'its version';
COMMENT ON COLUMN retrained_model.export_version IS 'what it was trained on';
COMMENT ON COLUMN retrained_model.trained_at IS 'wall clock: when it was trained (the simulated clock in a simulated home)';
COMMENT ON COLUMN retrained_model.status IS 'candidate, serving, rejected or retired';
COMMENT ON COLUMN retrained_model.status_reason IS 'why';
COMMENT ON COLUMN retrained_model.path IS 'folder, relative to the home';
COMMENT ON COLUMN retrained_model.seed IS 'seed of everything random';
COMMENT ON COLUMN retrained_model.n_train IS 'labels it learned from';
COMMENT ON COLUMN retrained_model.model_sha256 IS 'hash of the saved model';
COMMENT ON COLUMN retrained_model.metrics IS 'name → value';

CREATE TABLE model_evaluation (
    model_version VARCHAR NOT NULL,
    evaluated_on VARCHAR NOT NULL,
    slice VARCHAR NOT NULL,
    metric VARCHAR NOT NULL,
    value DOUBLE,
    low DOUBLE,
    high DOUBLE,
    n BIGINT
);
COMMENT ON TABLE model_evaluation IS 'one metric of one model on one set and slice';
COMMENT ON COLUMN model_evaluation.model_version IS 'the model';
COMMENT ON COLUMN model_evaluation.evaluated_on IS 'crowd_holdout, gold_measure or gold_sealed';
COMMENT ON COLUMN model_evaluation.slice IS 'the slice, or all';
COMMENT ON COLUMN model_evaluation.metric IS 'the metric';
COMMENT ON COLUMN model_evaluation.value IS 'its value';
COMMENT ON COLUMN model_evaluation.low IS 'lower end of the 95 % interval';
COMMENT ON COLUMN model_evaluation.high IS 'upper end';
COMMENT ON COLUMN model_evaluation.n IS 'comments behind it';

CREATE TABLE drift_report (
    night TIMESTAMP NOT NULL,
    series VARCHAR NOT NULL,
    statistic VARCHAR NOT NULL,
    value DOUBLE,
    threshold DOUBLE,
    is_alarm BOOLEAN NOT NULL,
    action VARCHAR
);
COMMENT ON TABLE drift_report IS 'one drift statistic of one night';
COMMENT ON COLUMN drift_report.night IS 'the night';
COMMENT ON COLUMN drift_report.series IS 'what may have drifted';
COMMENT ON COLUMN drift_report.statistic IS 'name of the statistic';
COMMENT ON COLUMN drift_report.value IS 'its value';
COMMENT ON COLUMN drift_report.threshold IS 'alarm from here';
COMMENT ON COLUMN drift_report.is_alarm IS 'the threshold was passed';
COMMENT ON COLUMN drift_report.action IS 'what was started because of it';

CREATE TABLE next_uncertainty_batch (
    batch_id VARCHAR NOT NULL,
    comment_id VARCHAR NOT NULL,
    "rank" BIGINT NOT NULL,
    score DOUBLE,
    strategy VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    route VARCHAR NOT NULL,
    model_version VARCHAR,
    labeling_round VARCHAR,
    CHECK (route IN ('crowd', 'expert'))
);
COMMENT ON TABLE next_uncertainty_batch IS 'one comment chosen for labeling';
COMMENT ON COLUMN next_uncertainty_batch.batch_id IS 'the batch';
COMMENT ON COLUMN next_uncertainty_batch.comment_id IS 'the comment';
COMMENT ON COLUMN next_uncertainty_batch."rank" IS '1 is the most wanted';
COMMENT ON COLUMN next_uncertainty_batch.score IS 'the strategy''s score';
COMMENT ON COLUMN next_uncertainty_batch.strategy IS 'how it was chosen';
COMMENT ON COLUMN next_uncertainty_batch.reason IS 'why, in words';
COMMENT ON COLUMN next_uncertainty_batch.route IS 'crowd or expert';
COMMENT ON COLUMN next_uncertainty_batch.model_version IS 'the model that scored it';
COMMENT ON COLUMN next_uncertainty_batch.labeling_round IS 'the round it was published in; NULL until then';
