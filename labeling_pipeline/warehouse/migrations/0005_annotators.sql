-- Purpose: what is said of annotators beside their reliability: how far they agree, whom to look at, how groups differ.
-- Grain: the comment on each table says what one row is.
-- Parameters: none.

CREATE TABLE agreement_report (
    part_of VARCHAR NOT NULL,
    part VARCHAR NOT NULL,
    statistic VARCHAR NOT NULL,
    value DOUBLE,
    low DOUBLE,
    high DOUBLE,
    note VARCHAR NOT NULL,
    n_votes BIGINT NOT NULL,
    n_comments BIGINT NOT NULL,
    n_annotators BIGINT,
    n_waiting BIGINT,
    CHECK (part_of IN ('all', 'question', 'class', 'slice', 'annotator_group', 'week', 'schema_version', 'round')),
    CHECK (value IS NOT NULL OR note <> '')
);
COMMENT ON TABLE agreement_report IS 'one agreement statistic of one part of the votes';
COMMENT ON COLUMN agreement_report.part_of IS 'by what the votes are parted: all, question, class, slice, annotator_group, week, schema_version or round';
COMMENT ON COLUMN agreement_report.part IS 'which part: its value (a week by its Monday, a group as attribute=value)';
COMMENT ON COLUMN agreement_report.statistic IS 'percent_agreement, cohen_kappa, fleiss_kappa, krippendorff_alpha, gwet_ac1, and the weighted ones where classes have severities';
COMMENT ON COLUMN agreement_report.value IS 'the statistic; NULL where it is not defined, and note says why';
COMMENT ON COLUMN agreement_report.low IS 'lower end of the 95 % interval';
COMMENT ON COLUMN agreement_report.high IS 'upper end';
COMMENT ON COLUMN agreement_report.note IS 'what a reader must know of the value';
COMMENT ON COLUMN agreement_report.n_votes IS 'votes compared';
COMMENT ON COLUMN agreement_report.n_comments IS 'comments they are on';
COMMENT ON COLUMN agreement_report.n_annotators IS 'annotators who gave them; NULL where none is named';
COMMENT ON COLUMN agreement_report.n_waiting IS 'of a round: comments that still wait for votes; the figure is interim while there are any';

CREATE TABLE annotator_findings (
    annotator_id VARCHAR NOT NULL,
    finding VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    value DOUBLE,
    q DOUBLE,
    n BIGINT,
    other_id VARCHAR,
    since TIMESTAMP,
    reason VARCHAR NOT NULL,
    CHECK (status IN ('flagged', 'clear', 'insufficient'))
);
COMMENT ON TABLE annotator_findings IS 'one check of one annotator (of a pair, for copiers): a reason to look, not a judgement';
COMMENT ON COLUMN annotator_findings.annotator_id IS 'who';
COMMENT ON COLUMN annotator_findings.finding IS 'random_clicker, one_answer_clicker, sudden_decline or copier';
COMMENT ON COLUMN annotator_findings.status IS 'flagged, clear or insufficient (too few votes, or shared comments, to tell)';
COMMENT ON COLUMN annotator_findings.value IS 'how likely it is of this annotator; of a copier, the estimated copy rate';
COMMENT ON COLUMN annotator_findings.q IS 'expected share of wrong entries on the list down to this one (false discovery)';
COMMENT ON COLUMN annotator_findings.n IS 'votes behind it; of a pair, shared comments';
COMMENT ON COLUMN annotator_findings.other_id IS 'of a copier: the other annotator';
COMMENT ON COLUMN annotator_findings.since IS 'of a decline: first day of the week it began';
COMMENT ON COLUMN annotator_findings.reason IS 'why';

CREATE TABLE group_divergence (
    attribute VARCHAR NOT NULL,
    group_name VARCHAR NOT NULL,
    label VARCHAR,
    gap DOUBLE,
    low DOUBLE,
    high DOUBLE,
    p DOUBLE,
    p_adjusted DOUBLE,
    within_agreement DOUBLE,
    cross_agreement DOUBLE,
    n_annotators BIGINT,
    n_comments BIGINT,
    status VARCHAR NOT NULL
);
COMMENT ON TABLE group_divergence IS 'one class in the answers of one annotator group beside all others'' on the same comments';
COMMENT ON COLUMN group_divergence.attribute IS 'the attribute that makes the group';
COMMENT ON COLUMN group_divergence.group_name IS 'its value; groups smaller than reliability.min_group_size are not told';
COMMENT ON COLUMN group_divergence.label IS 'the class';
COMMENT ON COLUMN group_divergence.gap IS 'the group''s share of votes for it, less the others'' on the same comments';
COMMENT ON COLUMN group_divergence.low IS 'lower end of the 95 % interval, over comments and annotators';
COMMENT ON COLUMN group_divergence.high IS 'upper end';
COMMENT ON COLUMN group_divergence.p IS 'of the whole group: chance of differing as much when annotators are shuffled';
COMMENT ON COLUMN group_divergence.p_adjusted IS 'the same, corrected for the number of groups tried (Holm)';
COMMENT ON COLUMN group_divergence.within_agreement IS 'share of agreeing pairs inside the group';
COMMENT ON COLUMN group_divergence.cross_agreement IS 'and of pairs with one inside and one outside';
COMMENT ON COLUMN group_divergence.n_annotators IS 'annotators in the group who voted';
COMMENT ON COLUMN group_divergence.n_comments IS 'comments both sides voted on';
COMMENT ON COLUMN group_divergence.status IS 'diverges, no difference found, or no common comments';

CREATE TABLE group_labels (
    attribute VARCHAR NOT NULL,
    group_name VARCHAR NOT NULL,
    comment_id VARCHAR NOT NULL,
    label VARCHAR NOT NULL,
    confidence DOUBLE NOT NULL,
    n_votes BIGINT NOT NULL
);
COMMENT ON TABLE group_labels IS 'one comment''s label by the votes of one annotator group alone (majority)';
COMMENT ON COLUMN group_labels.attribute IS 'the attribute that makes the group';
COMMENT ON COLUMN group_labels.group_name IS 'its value; groups smaller than reliability.min_group_size are not told';
COMMENT ON COLUMN group_labels.comment_id IS 'the comment';
COMMENT ON COLUMN group_labels.label IS 'the class most of the group''s votes name';
COMMENT ON COLUMN group_labels.confidence IS 'its smoothed vote share';
COMMENT ON COLUMN group_labels.n_votes IS 'the group''s votes on the comment';
