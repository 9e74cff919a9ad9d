-- Purpose: quarantined rows that spoke of an unknown comment which has arrived since.
-- Grain: one row of a file.
-- Parameters: none.
SELECT q.file, q.file_sha256, q.kind, q.line, q."row"
FROM quarantine q SEMI JOIN raw_comments c ON q.comment_id = c.comment_id
WHERE q.rule = 'unknown_comment'
ORDER BY q.file, q.file_sha256, q.kind, q.line;
