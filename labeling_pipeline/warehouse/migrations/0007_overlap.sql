-- Purpose: waves of adaptive overlap, and vendor batches that are accepted or returned.
-- Grain: the comment on each table says what one row is.
-- Parameters: none.

ALTER TABLE rounds ADD COLUMN votes_per_comment INTEGER;
COMMENT ON COLUMN rounds.votes_per_comment IS 'votes each of its comments gets in a wave of adaptive overlap; NULL: the setting';

CREATE TABLE vendor_batches (
    file_sha256 VARCHAR NOT NULL,
    file VARCHAR NOT NULL,
    n_assignments BIGINT NOT NULL,
    n_known BIGINT NOT NULL,
    n_wrong BIGINT NOT NULL,
    value DOUBLE,
    low DOUBLE,
    high DOUBLE,
    sample_size BIGINT NOT NULL,
    acceptance_number BIGINT NOT NULL,
    producer_risk DOUBLE NOT NULL,
    consumer_risk DOUBLE NOT NULL,
    decision VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    n_supersedes BIGINT NOT NULL,
    n_changed BIGINT NOT NULL,
    CHECK (decision IN ('accepted', 'returned', 'undecided'))
);
COMMENT ON TABLE vendor_batches IS 'one file of votes a vendor delivered, and whether the sampling plan accepts it';
COMMENT ON COLUMN vendor_batches.file_sha256 IS 'sha256 of the file';
COMMENT ON COLUMN vendor_batches.file IS 'its name';
COMMENT ON COLUMN vendor_batches.n_assignments IS 'assignments answered in it';
COMMENT ON COLUMN vendor_batches.n_known IS 'those whose right answer is known';
COMMENT ON COLUMN vendor_batches.n_wrong IS 'known ones that were answered wrong';
COMMENT ON COLUMN vendor_batches.value IS 'share of wrong answers among the known';
COMMENT ON COLUMN vendor_batches.low IS 'lower end of the 95 % interval';
COMMENT ON COLUMN vendor_batches.high IS 'upper end';
COMMENT ON COLUMN vendor_batches.sample_size IS 'answers that were looked at';
COMMENT ON COLUMN vendor_batches.acceptance_number IS 'wrong answers with which it is still accepted';
COMMENT ON COLUMN vendor_batches.producer_risk IS 'probability that a good batch is returned';
COMMENT ON COLUMN vendor_batches.consumer_risk IS 'probability that a bad batch is accepted';
COMMENT ON COLUMN vendor_batches.decision IS 'accepted, returned, or undecided (counts as accepted)';
COMMENT ON COLUMN vendor_batches.reason IS 'why';
COMMENT ON COLUMN vendor_batches.n_supersedes IS 'votes of other files that it delivers again';
COMMENT ON COLUMN vendor_batches.n_changed IS 'those that are answered differently now';

CREATE TABLE vote_deliveries (
    vote_id VARCHAR NOT NULL,
    file_sha256 VARCHAR NOT NULL
);
COMMENT ON TABLE vote_deliveries IS 'one vote that a later file brought again, equal in everything';
COMMENT ON COLUMN vote_deliveries.vote_id IS 'the vote';
COMMENT ON COLUMN vote_deliveries.file_sha256 IS 'the file that brought it again';

CREATE VIEW returned_votes AS
WITH returned AS (SELECT file_sha256 FROM vendor_batches WHERE decision = 'returned')
SELECT v.vote_id FROM vote_log v
WHERE v.file_sha256 IN (SELECT file_sha256 FROM returned)
  AND v.vote_id NOT IN (
      SELECT vote_id FROM vote_deliveries WHERE file_sha256 NOT IN (SELECT file_sha256 FROM returned));
COMMENT ON VIEW returned_votes IS 'one vote that only came in files that were returned to the vendor';
COMMENT ON COLUMN returned_votes.vote_id IS 'the vote';

-- Every vote, and whether it counts: of one annotator's answers to one question about one comment in one round the
-- latest does, then the higher file hash, then the higher line. Votes without an annotator all count. No vote of a
-- returned file counts, nor does it stand in the way of the same answer in another file.
CREATE OR REPLACE VIEW crowd_votes AS
SELECT v.*,
    r.vote_id IS NULL AND (v.annotator_id IS NULL OR row_number() OVER (
        PARTITION BY v.comment_id, v.question, v.annotator_id, v.labeling_round, r.vote_id IS NULL
        ORDER BY v.answered_at DESC NULLS LAST, v.file_sha256 DESC, v.line DESC
    ) = 1) AS is_current
FROM vote_log v LEFT JOIN returned_votes r ON r.vote_id = v.vote_id;
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
COMMENT ON COLUMN crowd_votes.is_current IS 'this is the annotator''s standing answer, and its file was not returned';
COMMENT ON COLUMN drift_report.is_alarm IS 'the threshold was passed, and the same change was not raised in the weeks before';
