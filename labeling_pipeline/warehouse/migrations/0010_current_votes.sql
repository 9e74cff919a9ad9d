-- Purpose: which votes count, found without sorting all of them: nearly every answer was given once.
-- Grain: the comment on each view says what one row is.
-- Parameters: none.

-- Of one annotator's answers to one question about one comment in one round the latest counts, then the higher file
-- hash, then the higher line. No vote of a returned file counts, nor does it stand in the way of the same answer in
-- another file.
CREATE VIEW uncounted_votes AS
WITH repeated AS (
    SELECT comment_id, question, annotator_id, labeling_round FROM vote_log
    WHERE annotator_id IS NOT NULL GROUP BY ALL HAVING count(*) > 1
),
ranked AS (
    SELECT v.vote_id, row_number() OVER (
        PARTITION BY v.comment_id, v.question, v.annotator_id, v.labeling_round, r.vote_id IS NULL
        ORDER BY v.answered_at DESC NULLS LAST, v.file_sha256 DESC, v.line DESC
    ) AS place
    FROM vote_log v
    JOIN repeated USING (comment_id, question, annotator_id, labeling_round)
    LEFT JOIN returned_votes r ON r.vote_id = v.vote_id
)
SELECT vote_id FROM ranked WHERE place > 1 UNION SELECT vote_id FROM returned_votes;
COMMENT ON VIEW uncounted_votes IS 'one vote that a later one took the place of, or whose file was returned';
COMMENT ON COLUMN uncounted_votes.vote_id IS 'the vote';

CREATE OR REPLACE VIEW crowd_votes AS
SELECT v.*, u.vote_id IS NULL AS is_current FROM vote_log v LEFT JOIN uncounted_votes u ON u.vote_id = v.vote_id;
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
