-- Purpose: slices, copies, honeypots and standing, unanimous review, agreement beside accuracy, gold's life, people.
-- Grain: the comment on each table says what one row is.
-- Parameters: none.

CREATE TABLE slices (
    slice VARCHAR NOT NULL,
    slice_version VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    definition VARCHAR,
    is_watched BOOLEAN NOT NULL,
    n_comments BIGINT NOT NULL,
    CHECK (kind IN ('tag', 'pattern', 'sql', 'glossary', 'examples'))
);
COMMENT ON TABLE slices IS 'one slice as it is defined now';
COMMENT ON COLUMN slices.slice IS 'its name';
COMMENT ON COLUMN slices.slice_version IS 'hash of what it is defined by';
COMMENT ON COLUMN slices.kind IS 'tag, pattern, sql, glossary or examples';
COMMENT ON COLUMN slices.definition IS 'JSON object: what it is defined by';
COMMENT ON COLUMN slices.is_watched IS 'reported first, skips the crowd where experts have room, protected by the promotion gate';
COMMENT ON COLUMN slices.n_comments IS 'comments in it, gold included';

CREATE TABLE comment_slices (
    comment_id VARCHAR NOT NULL,
    slice VARCHAR NOT NULL,
    slice_version VARCHAR NOT NULL
);
COMMENT ON TABLE comment_slices IS 'one comment in one slice, by tag or by rule';
COMMENT ON COLUMN comment_slices.comment_id IS 'the comment';
COMMENT ON COLUMN comment_slices.slice IS 'the slice';
COMMENT ON COLUMN comment_slices.slice_version IS 'version of the slice''s definition';

CREATE TABLE comment_copies (
    comment_id VARCHAR NOT NULL,
    duplicate_group VARCHAR NOT NULL
);
COMMENT ON TABLE comment_copies IS 'one comment that nearly repeats another, gold included';
COMMENT ON COLUMN comment_copies.comment_id IS 'the comment';
COMMENT ON COLUMN comment_copies.duplicate_group IS 'first comment of its group of near-copies';

CREATE TABLE honeypot_health (
    comment_id VARCHAR NOT NULL,
    label VARCHAR NOT NULL,
    exposures BIGINT NOT NULL,
    value DOUBLE,
    low DOUBLE,
    high DOUBLE,
    rise DOUBLE,
    p_value DOUBLE,
    state VARCHAR NOT NULL,
    reason VARCHAR,
    CHECK (state IN ('active', 'in_doubt', 'leaked', 'worn_out'))
);
COMMENT ON TABLE honeypot_health IS 'one honeypot of the bank and whether it still measures';
COMMENT ON COLUMN honeypot_health.comment_id IS 'the honeypot';
COMMENT ON COLUMN honeypot_health.label IS 'the known answer';
COMMENT ON COLUMN honeypot_health.exposures IS 'annotators who answered it';
COMMENT ON COLUMN honeypot_health.value IS 'share of right answers';
COMMENT ON COLUMN honeypot_health.low IS 'lower end of the 95 % interval';
COMMENT ON COLUMN honeypot_health.high IS 'upper end';
COMMENT ON COLUMN honeypot_health.rise IS 'rise of right answers from the first exposure to the last';
COMMENT ON COLUMN honeypot_health.p_value IS 'one-sided test that it does not rise';
COMMENT ON COLUMN honeypot_health.state IS 'active, in_doubt, leaked or worn_out; only active ones are handed out';
COMMENT ON COLUMN honeypot_health.reason IS 'why it is not active';

CREATE TABLE annotator_pauses (
    annotator_id VARCHAR NOT NULL,
    paused_at TIMESTAMP,
    value DOUBLE NOT NULL,
    high DOUBLE NOT NULL,
    n BIGINT NOT NULL,
    reason VARCHAR NOT NULL
);
COMMENT ON TABLE annotator_pauses IS 'one annotator under the honeypot bar: later votes are kept and weigh nothing';
COMMENT ON COLUMN annotator_pauses.annotator_id IS 'who';
COMMENT ON COLUMN annotator_pauses.paused_at IS 'the answer that showed it';
COMMENT ON COLUMN annotator_pauses.value IS 'share of honeypots right by then';
COMMENT ON COLUMN annotator_pauses.high IS 'upper end of its 90 % interval';
COMMENT ON COLUMN annotator_pauses.n IS 'honeypots answered by then';
COMMENT ON COLUMN annotator_pauses.reason IS 'the rule, in words';

CREATE TABLE labels_to_recheck (
    comment_id VARCHAR NOT NULL,
    annotator_ids VARCHAR[] NOT NULL,
    n_votes BIGINT NOT NULL,
    is_decided_by_them BOOLEAN NOT NULL
);
COMMENT ON TABLE labels_to_recheck IS 'one comment voted on by an annotator before they were paused';
COMMENT ON COLUMN labels_to_recheck.comment_id IS 'the comment';
COMMENT ON COLUMN labels_to_recheck.annotator_ids IS 'the paused annotators';
COMMENT ON COLUMN labels_to_recheck.n_votes IS 'their votes on it';
COMMENT ON COLUMN labels_to_recheck.is_decided_by_them IS 'at least half of the votes for the most voted label are theirs';

CREATE VIEW votes_set_aside AS
SELECT v.vote_id, v.comment_id, v.question, v.annotator_id, v.labeling_round, v.label, v.answered_at, p.reason
FROM vote_log v JOIN annotator_pauses p ON p.annotator_id = v.annotator_id
WHERE v.answered_at > p.paused_at;
COMMENT ON VIEW votes_set_aside IS 'one vote given after its annotator was paused: kept, reported, without weight';
COMMENT ON COLUMN votes_set_aside.vote_id IS 'the vote';
COMMENT ON COLUMN votes_set_aside.comment_id IS 'the comment';
COMMENT ON COLUMN votes_set_aside.question IS 'the question';
COMMENT ON COLUMN votes_set_aside.annotator_id IS 'who';
COMMENT ON COLUMN votes_set_aside.labeling_round IS 'the round';
COMMENT ON COLUMN votes_set_aside.label IS 'the answer';
COMMENT ON COLUMN votes_set_aside.answered_at IS 'when';
COMMENT ON COLUMN votes_set_aside.reason IS 'why the annotator is paused';

CREATE TABLE unanimous_review (
    labeling_round VARCHAR NOT NULL,
    comment_id VARCHAR NOT NULL,
    label VARCHAR NOT NULL,
    slices VARCHAR[] NOT NULL,
    stratum VARCHAR NOT NULL,
    part VARCHAR NOT NULL,
    inclusion_p DOUBLE,
    phrase VARCHAR,
    planned_at TIMESTAMP,
    CHECK (part IN ('random', 'stratum', 'probe')),
    CHECK (inclusion_p > 0 AND inclusion_p <= 1)
);
COMMENT ON TABLE unanimous_review IS 'one unanimous label that experts look at, for good';
COMMENT ON COLUMN unanimous_review.labeling_round IS 'the round whose labels were drawn from';
COMMENT ON COLUMN unanimous_review.comment_id IS 'the comment';
COMMENT ON COLUMN unanimous_review.label IS 'what annotators agreed on then';
COMMENT ON COLUMN unanimous_review.slices IS 'slices it was in then';
COMMENT ON COLUMN unanimous_review.stratum IS 'slice:<name> or rest';
COMMENT ON COLUMN unanimous_review.part IS 'random, stratum (drawn), or probe (chosen for a suspected phrase)';
COMMENT ON COLUMN unanimous_review.inclusion_p IS 'probability with which it was drawn; missing for a probe';
COMMENT ON COLUMN unanimous_review.phrase IS 'the suspected phrase of a probe';
COMMENT ON COLUMN unanimous_review.planned_at IS 'wall clock: when it was drawn (the simulated clock in a simulated home)';

CREATE TABLE accuracy_report (
    slice VARCHAR NOT NULL,
    week TIMESTAMP NOT NULL,
    measured_on VARCHAR NOT NULL,
    statistic VARCHAR NOT NULL,
    agreement DOUBLE,
    agreement_low DOUBLE,
    agreement_high DOUBLE,
    n_votes BIGINT NOT NULL,
    accuracy DOUBLE,
    accuracy_low DOUBLE,
    accuracy_high DOUBLE,
    implied_accuracy DOUBLE,
    n_known BIGINT NOT NULL,
    is_alarm BOOLEAN NOT NULL,
    annotator_group VARCHAR,
    comment_ids VARCHAR[] NOT NULL,
    "action" VARCHAR NOT NULL,
    CHECK (measured_on IN ('gold', 'unanimous review'))
);
COMMENT ON TABLE accuracy_report IS 'one slice in one week: agreement between annotators beside accuracy against experts';
COMMENT ON COLUMN accuracy_report.slice IS 'the slice; (all) is every comment';
COMMENT ON COLUMN accuracy_report.week IS 'first day of the week the votes were given in';
COMMENT ON COLUMN accuracy_report.measured_on IS 'gold (what the votes on it add up to), or unanimous review (labels all agreed on)';
COMMENT ON COLUMN accuracy_report.statistic IS 'agreement statistic';
COMMENT ON COLUMN accuracy_report.agreement IS 'agreement between annotators';
COMMENT ON COLUMN accuracy_report.agreement_low IS 'lower end of its 95 % interval';
COMMENT ON COLUMN accuracy_report.agreement_high IS 'upper end';
COMMENT ON COLUMN accuracy_report.n_votes IS 'votes behind the agreement';
COMMENT ON COLUMN accuracy_report.accuracy IS 'share of labels experts confirm, weighted to all labels of slice and week';
COMMENT ON COLUMN accuracy_report.accuracy_low IS 'lower end of its 95 % interval';
COMMENT ON COLUMN accuracy_report.accuracy_high IS 'upper end';
COMMENT ON COLUMN accuracy_report.implied_accuracy IS 'accuracy of a vote that this agreement would mean if annotators erred independently';
COMMENT ON COLUMN accuracy_report.n_known IS 'drawn reviews and gold behind the accuracy';
COMMENT ON COLUMN accuracy_report.is_alarm IS 'agreement without accuracy';
COMMENT ON COLUMN accuracy_report.annotator_group IS 'the group of annotators that errs most, where groups are known';
COMMENT ON COLUMN accuracy_report.comment_ids IS 'comments whose label experts overturned, at most 20';
COMMENT ON COLUMN accuracy_report."action" IS 'what to do';

CREATE TABLE text_rules (
    "rule" VARCHAR NOT NULL,
    label VARCHAR NOT NULL,
    phrases VARCHAR[] NOT NULL,
    n BIGINT NOT NULL,
    overturned BIGINT NOT NULL,
    value DOUBLE NOT NULL,
    low DOUBLE NOT NULL,
    high DOUBLE NOT NULL,
    p_value DOUBLE NOT NULL,
    comment_ids VARCHAR[] NOT NULL,
    toml VARCHAR NOT NULL
);
COMMENT ON TABLE text_rules IS 'one proposed rule: where experts overturn labels annotators agree on';
COMMENT ON COLUMN text_rules."rule" IS 'regular expression';
COMMENT ON COLUMN text_rules.label IS 'what experts say instead';
COMMENT ON COLUMN text_rules.phrases IS 'the phrases it is made of';
COMMENT ON COLUMN text_rules.n IS 'unanimous labels reviewed because of them';
COMMENT ON COLUMN text_rules.overturned IS 'those experts overturned';
COMMENT ON COLUMN text_rules.value IS 'their share';
COMMENT ON COLUMN text_rules.low IS 'lower end of the 95 % interval';
COMMENT ON COLUMN text_rules.high IS 'upper end';
COMMENT ON COLUMN text_rules.p_value IS 'against the share among labels drawn at random';
COMMENT ON COLUMN text_rules.comment_ids IS 'those overturned, at most 20';
COMMENT ON COLUMN text_rules.toml IS 'a slice to paste into labeling.toml';

CREATE TABLE expert_agreement (
    expert_id VARCHAR NOT NULL,
    n_double BIGINT NOT NULL,
    n_agreed BIGINT NOT NULL,
    value DOUBLE,
    low DOUBLE,
    high DOUBLE,
    reliability DOUBLE NOT NULL,
    double_share DOUBLE
);
COMMENT ON TABLE expert_agreement IS 'one expert, or (all), against the other experts on comments two of them decided blind';
COMMENT ON COLUMN expert_agreement.expert_id IS 'who; (all) is every pair';
COMMENT ON COLUMN expert_agreement.n_double IS 'pairs of verdicts on one comment';
COMMENT ON COLUMN expert_agreement.n_agreed IS 'pairs that agree';
COMMENT ON COLUMN expert_agreement.value IS 'share of agreeing pairs';
COMMENT ON COLUMN expert_agreement.low IS 'lower end of the 95 % interval';
COMMENT ON COLUMN expert_agreement.high IS 'upper end';
COMMENT ON COLUMN expert_agreement.reliability IS 'probability that a verdict is right, as far as this tells';
COMMENT ON COLUMN expert_agreement.double_share IS 'share of the comments with a verdict that have two or more';

CREATE TABLE guideline_gaps (
    class_a VARCHAR NOT NULL,
    class_b VARCHAR NOT NULL,
    raised_by VARCHAR NOT NULL,
    n BIGINT NOT NULL,
    value DOUBLE NOT NULL,
    low DOUBLE NOT NULL,
    high DOUBLE NOT NULL,
    comment_ids VARCHAR[] NOT NULL,
    CHECK (raised_by IN ('best annotators', 'experts'))
);
COMMENT ON TABLE guideline_gaps IS 'two classes that those who know best do not tell apart: the guideline''s fault, not theirs';
COMMENT ON COLUMN guideline_gaps.class_a IS 'one class';
COMMENT ON COLUMN guideline_gaps.class_b IS 'the other';
COMMENT ON COLUMN guideline_gaps.raised_by IS 'best annotators, or experts';
COMMENT ON COLUMN guideline_gaps.n IS 'comments on which two of them differ so';
COMMENT ON COLUMN guideline_gaps.value IS 'share of the pairs with either class that differ';
COMMENT ON COLUMN guideline_gaps.low IS 'lower end of the 95 % interval';
COMMENT ON COLUMN guideline_gaps.high IS 'upper end';
COMMENT ON COLUMN guideline_gaps.comment_ids IS 'comments, at most 20';

CREATE TABLE gold_candidates (
    comment_id VARCHAR NOT NULL,
    label VARCHAR,
    state VARCHAR NOT NULL,
    role VARCHAR,
    inclusion_p DOUBLE,
    expert_ids VARCHAR[] NOT NULL,
    decided_at TIMESTAMP,
    reason VARCHAR NOT NULL,
    CHECK (state IN ('candidate', 'ready', 'gold', 'refused'))
);
COMMENT ON TABLE gold_candidates IS 'one comment on its way to the gold set';
COMMENT ON COLUMN gold_candidates.comment_id IS 'the comment';
COMMENT ON COLUMN gold_candidates.label IS 'what the experts say';
COMMENT ON COLUMN gold_candidates.state IS 'candidate (one expert), ready (two who agree), gold, or refused';
COMMENT ON COLUMN gold_candidates.role IS 'what it may be used for';
COMMENT ON COLUMN gold_candidates.inclusion_p IS 'probability with which it was drawn; missing where it was nominated';
COMMENT ON COLUMN gold_candidates.expert_ids IS 'who decided';
COMMENT ON COLUMN gold_candidates.decided_at IS 'the last verdict';
COMMENT ON COLUMN gold_candidates.reason IS 'why it is where it is';

CREATE TABLE irregularities (
    "rule" VARCHAR NOT NULL,
    comment_id VARCHAR,
    annotator_id VARCHAR,
    happened_at TIMESTAMP,
    outcome VARCHAR NOT NULL,
    detail VARCHAR NOT NULL
);
COMMENT ON TABLE irregularities IS 'one thing that should not have happened, and what was done about it';
COMMENT ON COLUMN irregularities."rule" IS 'what happened';
COMMENT ON COLUMN irregularities.comment_id IS 'the comment';
COMMENT ON COLUMN irregularities.annotator_id IS 'annotator or expert';
COMMENT ON COLUMN irregularities.happened_at IS 'when';
COMMENT ON COLUMN irregularities.outcome IS 'what was done';
COMMENT ON COLUMN irregularities.detail IS 'in words';

CREATE TABLE exposures (
    person_id VARCHAR NOT NULL,
    day TIMESTAMP NOT NULL,
    comment_id VARCHAR NOT NULL,
    class VARCHAR NOT NULL,
    expected DOUBLE NOT NULL,
    source VARCHAR NOT NULL
);
COMMENT ON TABLE exposures IS 'one harmful comment that one person was given to read on one day, for good';
COMMENT ON COLUMN exposures.person_id IS 'annotator or expert';
COMMENT ON COLUMN exposures.day IS 'wall clock: the day (the simulated clock in a simulated home)';
COMMENT ON COLUMN exposures.comment_id IS 'the comment';
COMMENT ON COLUMN exposures.class IS 'the harmful class it most likely is';
COMMENT ON COLUMN exposures.expected IS 'probability that it is of a harmful class';
COMMENT ON COLUMN exposures.source IS 'desk or round';
