-- Purpose: what labeling functions said, what they are worth, and the one soft label that all sources add up to.
-- Grain: the comment on each table says what one row is.
-- Parameters: none.

CREATE TABLE labeling_function_votes (
    comment_id VARCHAR NOT NULL,
    lf VARCHAR NOT NULL,
    label VARCHAR NOT NULL
);
COMMENT ON TABLE labeling_function_votes IS 'one vote of one labeling function on one comment; abstains have no row';
COMMENT ON COLUMN labeling_function_votes.comment_id IS 'the comment';
COMMENT ON COLUMN labeling_function_votes.lf IS 'the labeling function';
COMMENT ON COLUMN labeling_function_votes.label IS 'the class it votes for';

CREATE TABLE labeling_functions (
    lf VARCHAR NOT NULL,
    code_hash VARCHAR NOT NULL,
    note VARCHAR,
    learned_accuracy DOUBLE,
    near_copies VARCHAR[] NOT NULL,
    n_votes BIGINT NOT NULL,
    faults MAP(VARCHAR, BIGINT) NOT NULL
);
COMMENT ON TABLE labeling_functions IS 'one labeling function of the home, as it was last run';
COMMENT ON COLUMN labeling_functions.lf IS 'its name';
COMMENT ON COLUMN labeling_functions.code_hash IS 'hash of its rule or code, words and files';
COMMENT ON COLUMN labeling_functions.note IS 'where it comes from, where it says so';
COMMENT ON COLUMN labeling_functions.learned_accuracy IS 'share of its votes that the label model believes right';
COMMENT ON COLUMN labeling_functions.near_copies IS 'functions it shares one vote with';
COMMENT ON COLUMN labeling_functions.n_votes IS 'comments it voted on';
COMMENT ON COLUMN labeling_functions.faults IS 'reason → comments on which it abstained for that reason';

CREATE TABLE labeling_function_report (
    lf VARCHAR NOT NULL,
    polarity VARCHAR[] NOT NULL,
    coverage DOUBLE NOT NULL,
    overlap_rate DOUBLE NOT NULL,
    conflict_rate DOUBLE NOT NULL,
    learned_accuracy DOUBLE,
    accuracy DOUBLE,
    accuracy_low DOUBLE,
    accuracy_high DOUBLE,
    n_gold BIGINT NOT NULL,
    findings VARCHAR[] NOT NULL
);
COMMENT ON TABLE labeling_function_report IS 'one labeling function and how it does; the whole report is reports/labeling_functions.html';
COMMENT ON COLUMN labeling_function_report.lf IS 'its name';
COMMENT ON COLUMN labeling_function_report.polarity IS 'the classes it voted for';
COMMENT ON COLUMN labeling_function_report.coverage IS 'share of comments it votes on';
COMMENT ON COLUMN labeling_function_report.overlap_rate IS 'share of comments on which another votes too';
COMMENT ON COLUMN labeling_function_report.conflict_rate IS 'share of comments on which another votes otherwise';
COMMENT ON COLUMN labeling_function_report.learned_accuracy IS 'what the label model believes';
COMMENT ON COLUMN labeling_function_report.accuracy IS 'share of right votes on measuring gold';
COMMENT ON COLUMN labeling_function_report.accuracy_low IS 'lower end of the 95 % interval';
COMMENT ON COLUMN labeling_function_report.accuracy_high IS 'upper end';
COMMENT ON COLUMN labeling_function_report.n_gold IS 'votes on measuring gold';
COMMENT ON COLUMN labeling_function_report.findings IS 'dead, stopped or drifting, and what was seen';

CREATE TABLE labeling_function_proposals (
    rank BIGINT NOT NULL,
    phrase VARCHAR NOT NULL,
    label VARCHAR NOT NULL,
    origin VARCHAR NOT NULL,
    n_corrected BIGINT NOT NULL,
    precision DOUBLE,
    low DOUBLE,
    high DOUBLE,
    n_measured BIGINT NOT NULL,
    coverage DOUBLE NOT NULL,
    toml VARCHAR NOT NULL
);
COMMENT ON TABLE labeling_function_proposals IS 'one labeling function that verdicts suggest; none is enabled unasked';
COMMENT ON COLUMN labeling_function_proposals.rank IS '1 is the best';
COMMENT ON COLUMN labeling_function_proposals.phrase IS 'the words it would look for';
COMMENT ON COLUMN labeling_function_proposals.label IS 'the class it would vote for';
COMMENT ON COLUMN labeling_function_proposals.origin IS 'notes or corrections';
COMMENT ON COLUMN labeling_function_proposals.n_corrected IS 'comments with these words whose label experts corrected';
COMMENT ON COLUMN labeling_function_proposals.precision IS 'share of right votes on judged comments that did not suggest it';
COMMENT ON COLUMN labeling_function_proposals.low IS 'lower end of the 95 % interval';
COMMENT ON COLUMN labeling_function_proposals.high IS 'upper end';
COMMENT ON COLUMN labeling_function_proposals.n_measured IS 'comments the precision is measured on';
COMMENT ON COLUMN labeling_function_proposals.coverage IS 'share of comments with these words';
COMMENT ON COLUMN labeling_function_proposals.toml IS 'the block to paste into labeling_functions.toml';

CREATE TABLE consensus_blind (
    comment_id VARCHAR NOT NULL,
    probabilities MAP(VARCHAR, DOUBLE) NOT NULL
);
COMMENT ON TABLE consensus_blind IS 'one comment of fit gold as its votes alone have it, by a consensus that does not know its gold';
COMMENT ON COLUMN consensus_blind.comment_id IS 'the comment';
COMMENT ON COLUMN consensus_blind.probabilities IS 'class → what would be believed';

CREATE TABLE weak_blind (
    comment_id VARCHAR NOT NULL,
    probabilities MAP(VARCHAR, DOUBLE) NOT NULL
);
COMMENT ON TABLE weak_blind IS 'one comment of fit gold as labeling functions alone have it, by a label model that does not know its gold';
COMMENT ON COLUMN weak_blind.comment_id IS 'the comment';
COMMENT ON COLUMN weak_blind.probabilities IS 'class → what would be believed';

CREATE TABLE fused_labels (
    comment_id VARCHAR NOT NULL,
    label VARCHAR NOT NULL,
    confidence DOUBLE NOT NULL,
    probabilities MAP(VARCHAR, DOUBLE) NOT NULL,
    source VARCHAR NOT NULL,
    confidence_is VARCHAR NOT NULL,
    with_verdicts MAP(VARCHAR, DOUBLE),
    evidence_at TIMESTAMP,
    CHECK (confidence_is IN ('calibrated', 'uncalibrated'))
);
COMMENT ON TABLE fused_labels IS 'one comment and the soft label that crowd, labeling functions, drafts and production add up to; where only labeling functions speak, see weak_labels';
COMMENT ON COLUMN fused_labels.comment_id IS 'the comment';
COMMENT ON COLUMN fused_labels.label IS 'the class with the highest probability, before any verdict';
COMMENT ON COLUMN fused_labels.confidence IS 'its probability';
COMMENT ON COLUMN fused_labels.probabilities IS 'class → what we believe, before any verdict';
COMMENT ON COLUMN fused_labels.source IS 'the sources that speak, joined by +';
COMMENT ON COLUMN fused_labels.confidence_is IS 'calibrated or uncalibrated';
COMMENT ON COLUMN fused_labels.with_verdicts IS 'the same with experts'' verdicts as evidence; NULL where there is none';
COMMENT ON COLUMN fused_labels.evidence_at IS 'time of the last dated evidence behind it';

CREATE TABLE fusion_evidence (
    comment_id VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    weight DOUBLE NOT NULL,
    evidence DOUBLE NOT NULL,
    probabilities MAP(VARCHAR, DOUBLE)
);
COMMENT ON TABLE fusion_evidence IS 'one source of one fused label';
COMMENT ON COLUMN fusion_evidence.comment_id IS 'the comment';
COMMENT ON COLUMN fusion_evidence.source IS 'crowd, weak, draft, signals or verdict';
COMMENT ON COLUMN fusion_evidence.weight IS 'what the source counts for';
COMMENT ON COLUMN fusion_evidence.evidence IS 'natural logarithm of how much it favours the label over the runner-up; negative where it speaks against it';
COMMENT ON COLUMN fusion_evidence.probabilities IS 'class → what the source itself says; NULL for verdicts';

CREATE TABLE signal_rates (
    kind VARCHAR NOT NULL,
    precision DOUBLE NOT NULL,
    low DOUBLE,
    high DOUBLE,
    n_gold BIGINT NOT NULL,
    ratio DOUBLE NOT NULL
);
COMMENT ON TABLE signal_rates IS 'one kind of feedback and what it is worth as evidence about labels';
COMMENT ON COLUMN signal_rates.kind IS 'flag, override, appeal, escalation, correction, rejection, or one the settings declare';
COMMENT ON COLUMN signal_rates.precision IS 'how often its independent sources are right';
COMMENT ON COLUMN signal_rates.low IS 'lower end of the 95 % interval on gold; NULL where it never met gold';
COMMENT ON COLUMN signal_rates.high IS 'upper end';
COMMENT ON COLUMN signal_rates.n_gold IS 'sources on fit gold';
COMMENT ON COLUMN signal_rates.ratio IS 'odds after one act over odds before it';
