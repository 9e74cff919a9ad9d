-- Purpose: new predictions into production_predictions; a comment not otherwise known comes in with the text they bring.
-- Grain: one row of a file.
-- Parameters: none; frame staged; variables inbox_file, inbox_sha256, inbox_kind.
-- Returns: accepted, already_known (among them), refused.
INSERT INTO raw_comments BY NAME
SELECT comment_id, text, content_hash, []::VARCHAR[] AS slices, getvariable('inbox_sha256') AS file_sha256, line
FROM staged ANTI JOIN raw_comments USING (comment_id)
WHERE text IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY comment_id ORDER BY line) = 1;

CREATE OR REPLACE TEMP TABLE decided AS
WITH arrived AS (
    SELECT line, comment_id, prediction_id, row_number() OVER (PARTITION BY prediction_id ORDER BY line) AS nth
    FROM staged
)
SELECT a.line, c.comment_id IS NOT NULL AS has_comment, p.prediction_id IS NOT NULL OR a.nth > 1 AS is_known
FROM arrived a
LEFT JOIN raw_comments c USING (comment_id)
LEFT JOIN production_predictions p USING (prediction_id);

INSERT INTO quarantine BY NAME
SELECT getvariable('inbox_file') AS file, getvariable('inbox_sha256') AS file_sha256, getvariable('inbox_kind') AS kind,
    line, 'unknown_comment' AS rule,
    'the comment is not known; the row is taken by itself once the comment arrives in inbox/comments' AS reason,
    s."row", s.comment_id
FROM staged s JOIN decided d USING (line) WHERE NOT d.has_comment;

INSERT INTO production_predictions BY NAME
SELECT s.* EXCLUDE ("row", text, content_hash), getvariable('inbox_sha256') AS file_sha256
FROM staged s JOIN decided d USING (line) WHERE d.has_comment AND NOT d.is_known
ORDER BY s.line;

SELECT count(*) FILTER (has_comment) AS accepted,
    count(*) FILTER (has_comment AND is_known) AS already_known,
    count(*) FILTER (NOT has_comment) AS refused
FROM decided;
