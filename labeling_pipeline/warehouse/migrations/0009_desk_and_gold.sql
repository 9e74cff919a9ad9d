-- Purpose: what an expert's desk is told of each comment, and the states the gold set was in.
-- Grain: the comment on each table says what one row is.
-- Parameters: none.

ALTER TABLE adjudication_queue ADD COLUMN purpose VARCHAR;
ALTER TABLE adjudication_queue ADD COLUMN minutes DOUBLE;
ALTER TABLE adjudication_queue ADD COLUMN due_at TIMESTAMP;
COMMENT ON TABLE adjudication_queue IS 'one comment that waits for an expert; for a second opinion, one row per expert';
COMMENT ON COLUMN adjudication_queue.purpose IS 'first, second (four eyes), double (blind, to measure experts), third (experts differ) or review (unanimous)';
COMMENT ON COLUMN adjudication_queue.minutes IS 'expert minutes a verdict takes';
COMMENT ON COLUMN adjudication_queue.due_at IS 'wall clock: when it should be decided (the simulated clock in a simulated home)';

CREATE TABLE gold_versions (
    gold_version VARCHAR NOT NULL,
    n_fit BIGINT NOT NULL,
    n_measure BIGINT NOT NULL,
    n_sealed BIGINT NOT NULL,
    n_retired BIGINT NOT NULL,
    n_random BIGINT NOT NULL,
    made_at TIMESTAMP
);
COMMENT ON TABLE gold_versions IS 'one state the gold set was in, for good';
COMMENT ON COLUMN gold_versions.gold_version IS 'hash of its comments, labels and roles';
COMMENT ON COLUMN gold_versions.n_fit IS 'comments that are fitted to';
COMMENT ON COLUMN gold_versions.n_measure IS 'comments that are measured on';
COMMENT ON COLUMN gold_versions.n_sealed IS 'comments kept for the final evaluation';
COMMENT ON COLUMN gold_versions.n_retired IS 'comments that measure nothing any more';
COMMENT ON COLUMN gold_versions.n_random IS 'comments drawn with a known probability';
COMMENT ON COLUMN gold_versions.made_at IS 'wall clock: when it came to be (the simulated clock in a simulated home)';
