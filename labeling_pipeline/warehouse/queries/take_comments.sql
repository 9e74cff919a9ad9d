-- Purpose: new comments into raw_comments; the same comment again is known, another text under a known id is refused.
-- Grain: one row of a file.
-- Parameters: none; frame staged; variables inbox_file, inbox_sha256, inbox_kind.
-- Returns: accepted, already_known (among them), refused.
CREATE OR REPLACE TEMP TABLE decided AS
WITH arrived AS (
    SELECT line, comment_id, content_hash,
        row_number() OVER by_comment AS nth,
        first_value(content_hash) OVER by_comment AS first_hash
    FROM staged
    WINDOW by_comment AS (PARTITION BY comment_id ORDER BY line)
)
SELECT a.line,
    a.content_hash <> coalesce(k.content_hash, a.first_hash) AS is_conflict,
    k.comment_id IS NOT NULL OR a.nth > 1 AS is_known
FROM arrived a LEFT JOIN raw_comments k USING (comment_id);

INSERT INTO quarantine BY NAME
SELECT getvariable('inbox_file') AS file, getvariable('inbox_sha256') AS file_sha256, getvariable('inbox_kind') AS kind,
    line, 'conflicting_comment' AS rule,
    'comment_id is known with another text; the first text stays, give this one an id of its own' AS reason,
    s."row", s.comment_id
FROM staged s JOIN decided d USING (line) WHERE d.is_conflict;

INSERT INTO raw_comments BY NAME
SELECT s.* EXCLUDE ("row"), getvariable('inbox_sha256') AS file_sha256
FROM staged s JOIN decided d USING (line) WHERE NOT d.is_conflict AND NOT d.is_known
ORDER BY s.line;

SELECT count(*) FILTER (NOT is_conflict) AS accepted,
    count(*) FILTER (NOT is_conflict AND is_known) AS already_known,
    count(*) FILTER (is_conflict) AS refused
FROM decided;
