-- Purpose: whose decisions are an expert's: said once, for every query that asks.
-- Grain: the comment on each view says what one row is.
-- Parameters: none.

CREATE VIEW expert_verdicts AS
SELECT v.*
FROM verdicts v LEFT JOIN annotators a ON a.annotator_id = v.expert_id
WHERE a.kind = 'expert'
   OR (a.annotator_id IS NULL AND NOT EXISTS (SELECT 1 FROM annotators WHERE kind = 'expert'));
COMMENT ON VIEW expert_verdicts IS 'one verdict of somebody who may give one: listed as an expert, or unlisted where no list of experts is there';
COMMENT ON COLUMN expert_verdicts.verdict_id IS 'hash of its content';
COMMENT ON COLUMN expert_verdicts.comment_id IS 'the comment';
COMMENT ON COLUMN expert_verdicts.expert_id IS 'who';
COMMENT ON COLUMN expert_verdicts.label IS 'the class';
COMMENT ON COLUMN expert_verdicts.stated_confidence IS 'what the expert said of their certainty, 0 to 1';
COMMENT ON COLUMN expert_verdicts.note IS 'what the expert noted';
COMMENT ON COLUMN expert_verdicts.context_shown IS 'the context the expert saw, or whether there was any';
COMMENT ON COLUMN expert_verdicts.error_type IS 'what went wrong in the labels before';
COMMENT ON COLUMN expert_verdicts.decided_at IS 'when';
COMMENT ON COLUMN expert_verdicts.schema_version IS 'version of the ontology in force';
COMMENT ON COLUMN expert_verdicts.guideline_hash IS 'sha256 of what annotators were told';
COMMENT ON COLUMN expert_verdicts.metadata IS 'JSON object of the columns this pipeline has no meaning for';
COMMENT ON COLUMN expert_verdicts.file_sha256 IS 'the inbox file the row came from';
COMMENT ON COLUMN expert_verdicts.line IS 'its line in that file (row number for Parquet)';

-- Gold may be overruled: a state that a check of the table as it was does not know.
CREATE TEMP TABLE candidates_before AS SELECT * FROM gold_candidates;
DROP TABLE gold_candidates;
CREATE TABLE gold_candidates (
    comment_id VARCHAR NOT NULL,
    label VARCHAR,
    state VARCHAR NOT NULL,
    role VARCHAR,
    inclusion_p DOUBLE,
    expert_ids VARCHAR[] NOT NULL,
    decided_at TIMESTAMP,
    reason VARCHAR NOT NULL,
    CHECK (state IN ('candidate', 'ready', 'gold', 'overruled', 'refused'))
);
INSERT INTO gold_candidates SELECT * FROM candidates_before;
DROP TABLE candidates_before;
COMMENT ON TABLE gold_candidates IS 'one comment on its way to the gold set, or out of it';
COMMENT ON COLUMN gold_candidates.comment_id IS 'the comment';
COMMENT ON COLUMN gold_candidates.label IS 'what the experts say';
COMMENT ON COLUMN gold_candidates.state IS 'candidate (one expert), ready (two who agree), gold, overruled (gold that experts contradict), or refused';
COMMENT ON COLUMN gold_candidates.role IS 'what it may be used for';
COMMENT ON COLUMN gold_candidates.inclusion_p IS 'probability with which it was drawn; missing where it was nominated';
COMMENT ON COLUMN gold_candidates.expert_ids IS 'who decided';
COMMENT ON COLUMN gold_candidates.decided_at IS 'the last verdict';
COMMENT ON COLUMN gold_candidates.reason IS 'why it is where it is';
