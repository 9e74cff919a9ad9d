-- Purpose: new votes into vote_log. A vote is the n-th of its equals in its file; a delivery repeated adds the surplus.
-- Grain: one row of a file.
-- Parameters: none; frame staged; variables inbox_file, inbox_sha256, inbox_kind.
-- Returns: accepted, already_known (among them), refused.
CREATE OR REPLACE TEMP TABLE decided AS
WITH arrived AS (
    SELECT line, comment_id,
        vote_key || '-' || row_number() OVER (PARTITION BY vote_key ORDER BY line) AS vote_id
    FROM staged
)
SELECT a.line, a.vote_id, c.comment_id IS NOT NULL AS has_comment, v.vote_id IS NOT NULL AS is_known
FROM arrived a
LEFT JOIN raw_comments c USING (comment_id)
LEFT JOIN vote_log v USING (vote_id);

INSERT INTO quarantine BY NAME
SELECT getvariable('inbox_file') AS file, getvariable('inbox_sha256') AS file_sha256, getvariable('inbox_kind') AS kind,
    line, 'unknown_comment' AS rule,
    'the comment is not known; the row is taken by itself once the comment arrives in inbox/comments' AS reason,
    s."row", s.comment_id
FROM staged s JOIN decided d USING (line) WHERE NOT d.has_comment;

INSERT INTO vote_log BY NAME
SELECT s.* EXCLUDE ("row", vote_key), d.vote_id, getvariable('inbox_sha256') AS file_sha256
FROM staged s JOIN decided d USING (line) WHERE d.has_comment AND NOT d.is_known
ORDER BY s.line;

-- Brought again, equal in everything: should the file that brought it first be returned, it counts by this one.
INSERT INTO vote_deliveries
SELECT d.vote_id, getvariable('inbox_sha256') AS file_sha256
FROM decided d WHERE d.has_comment AND d.is_known
  AND NOT EXISTS (
      SELECT 1 FROM vote_log v WHERE v.vote_id = d.vote_id AND v.file_sha256 = getvariable('inbox_sha256'))
  AND NOT EXISTS (
      SELECT 1 FROM vote_deliveries k WHERE k.vote_id = d.vote_id AND k.file_sha256 = getvariable('inbox_sha256'));

SELECT count(*) FILTER (has_comment) AS accepted,
    count(*) FILTER (has_comment AND is_known) AS already_known,
    count(*) FILTER (NOT has_comment) AS refused
FROM decided;
