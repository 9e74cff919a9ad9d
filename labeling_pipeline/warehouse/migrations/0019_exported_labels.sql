-- Purpose: which comments were ever exported, so that none of them is measured on; and what a redelivery changed.
-- Grain: the comment on each table says what one row is.
-- Parameters: none.

CREATE TABLE exported_labels (
    comment_id VARCHAR NOT NULL,
    version VARCHAR NOT NULL
);
COMMENT ON TABLE exported_labels IS 'one comment that was exported: a model may have learned from it';
COMMENT ON COLUMN exported_labels.comment_id IS 'the comment';
COMMENT ON COLUMN exported_labels.version IS 'the first export it was in';

CREATE VIEW learned_comments AS
WITH learned AS (
    SELECT comment_id FROM exported_labels
    UNION  -- a home whose exports are older than the list above: whatever passed may be in one
    SELECT comment_id FROM qc_passed_labels
    WHERE EXISTS (SELECT 1 FROM versioned_export) AND NOT EXISTS (SELECT 1 FROM exported_labels)
)
SELECT comment_id FROM learned
UNION
SELECT o.comment_id FROM comment_copies c JOIN comment_copies o ON o.duplicate_group = c.duplicate_group
WHERE c.comment_id IN (SELECT comment_id FROM learned);
COMMENT ON VIEW learned_comments IS 'one comment a model may have learned, itself or a near-copy: none of them may measure it';
COMMENT ON COLUMN learned_comments.comment_id IS 'the comment';

COMMENT ON COLUMN adjudication_queue.purpose IS 'first, second (four eyes), double (blind, to measure experts), gold (blind, to make gold), third (experts differ) or review (unanimous)';

ALTER TABLE vendor_batches ADD COLUMN n_redone BIGINT;
COMMENT ON COLUMN vendor_batches.n_supersedes IS 'run: votes in it that a file taken earlier had already brought';
COMMENT ON COLUMN vendor_batches.n_changed IS 'run: of those that stood when it came, answers that are others now';
COMMENT ON COLUMN vendor_batches.n_redone IS 'run: of those that had been returned, answers that are others now';
